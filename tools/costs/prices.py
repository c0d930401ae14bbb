"""List prices in US dollars, US East (N. Virginia), without free tiers; each with the page that states it.

Other regions differ: Tokyo, the default of samconfig.toml, is up to half as dear again on single lines.
"""

from decimal import Decimal

MILLION = Decimal(1_000_000)
HOURS = Decimal(730)
"""Of a month, as AWS's own calculator counts."""

HTTP_API_REQUEST = Decimal("1.00") / MILLION  # aws.amazon.com/api-gateway/pricing
LAMBDA_REQUEST = Decimal("0.20") / MILLION  # aws.amazon.com/lambda/pricing
LAMBDA_GB_SECOND = Decimal("0.0000133334")  # the same, Arm
PROVISIONED_GB_SECOND = Decimal("0.0000033334")  # the same, Arm
SQS_FIFO_REQUEST = Decimal("0.50") / MILLION  # aws.amazon.com/sqs/pricing
WRITE_UNIT = Decimal("0.625") / MILLION  # aws.amazon.com/dynamodb/pricing/on-demand
READ_UNIT = Decimal("0.125") / MILLION  # the same
TABLE_GB_MONTH = Decimal("0.25")  # the same
BACKUP_GB_MONTH = Decimal("0.20")  # the same, point-in-time recovery
LOG_GB = Decimal("0.50")  # aws.amazon.com/cloudwatch/pricing
LOG_GB_MONTH = Decimal("0.03")  # the same
METRIC_MONTH = Decimal("0.30")  # the same
ALARM_METRIC_MONTH = Decimal("0.10")  # the same
COMPOSITE_ALARM_MONTH = Decimal("0.50")  # the same
DASHBOARD_MONTH = Decimal("3.00")  # the same
SECRET_MONTH = Decimal("0.40")  # aws.amazon.com/secrets-manager/pricing
SECRET_CALL = Decimal("0.05") / 10_000  # the same
NAT_HOUR = Decimal("0.045")  # aws.amazon.com/vpc/pricing
NAT_GB = Decimal("0.045")  # the same
ADDRESS_HOUR = Decimal("0.005")  # the same, public IPv4
