"""What one alert and one idle month use. Assumptions say so; the rest is counted in the template or was measured."""

from dataclasses import dataclass
from decimal import Decimal

from tools.costs import prices

KB_IN_GB = Decimal(1024 * 1024)

# Of one alert that becomes one order
WEBHOOK_S = Decimal("0.06")  # assumed: one SendMessageBatch, warm
WORKER_S = Decimal("0.8")  # assumed: 17 journal calls and 3 requests to an exchange, warm
MEMORY_GB = Decimal(1)  # the template's default of 1,024 MB
QUEUE_REQUESTS = 4  # send, receive, delete, and one change of visibility on average
WRITE_UNITS = 10  # measured with the sample alerts of `make demo`: 277 units of 1 KB for 29 messages
READ_UNITS = 12  # docs/performance.md: 12 consistent reads, all below 4 KB
LOG_KB = 6  # assumed: two runs with Lambda's own lines, six lines and three metrics of ours, one access line
JOURNAL_KB = 4  # assumed: what an alert leaves behind for 30 days

# Of an idle month of 30 days
PINGED_FUNCTIONS = 3
TICKS = 30 * 24 * 12
PING_S = Decimal("0.01")  # assumed
CLOCK_S = Decimal("1.5")  # assumed: the clocks of five exchanges
POLL_REQUESTS = 2 * 5 * 3 * 60 * 730  # two queues, five pollers each, one empty receive in 20 s
SECRETS = 2  # routes and one account
SECRET_CALLS = 2 * TICKS  # assumed: at most one read per secret and cache time of 300 s
STEADY_METRICS = 6  # the heartbeat and the clocks of five exchanges; all others count only in hours with events
ALARM_METRICS = 77  # counted in the template, without the notifier's
COMPOSITE_ALARMS = 1
DASHBOARDS = 1
IDLE_LOG_KB = 1  # assumed, per run

# Options
NOTIFIER_ALARM_METRICS = 3  # counted in the template
EXCHANGE_KB = 40  # assumed, per alert, both ways, through a NAT gateway


@dataclass(frozen=True)
class Line:
    """One component: how its cost comes about, and the cost in dollars."""

    component: str
    how: str
    dollars: Decimal


def per_million_alerts() -> list[Line]:
    """Each of them accepted and placed as one order."""
    million = prices.MILLION
    seconds = (WEBHOOK_S + WORKER_S) * MEMORY_GB
    gigabytes = million * LOG_KB / KB_IN_GB
    return [
        Line("API Gateway", "1 request", million * prices.HTTP_API_REQUEST),
        Line("Lambda requests", "2 runs", million * 2 * prices.LAMBDA_REQUEST),
        Line("Lambda time", f"{seconds} GB-s", million * seconds * prices.LAMBDA_GB_SECOND),
        Line("SQS", f"{QUEUE_REQUESTS} requests", million * QUEUE_REQUESTS * prices.SQS_FIFO_REQUEST),
        Line("DynamoDB writes", f"{WRITE_UNITS} units", million * WRITE_UNITS * prices.WRITE_UNIT),
        Line("DynamoDB reads", f"{READ_UNITS} units", million * READ_UNITS * prices.READ_UNIT),
        Line("DynamoDB storage", f"{JOURNAL_KB} KB for a month, with recovery", _journal()),
        Line("CloudWatch Logs", f"{LOG_KB} KB", gigabytes * (prices.LOG_GB + prices.LOG_GB_MONTH)),
    ]


def idle_month() -> list[Line]:
    """What runs when no alert comes: pings, the clock, pollers, alarms."""
    runs = (PINGED_FUNCTIONS + 1) * TICKS
    seconds = TICKS * (PINGED_FUNCTIONS * PING_S + CLOCK_S) * MEMORY_GB
    time = runs * prices.LAMBDA_REQUEST + seconds * prices.LAMBDA_GB_SECOND
    secrets = SECRETS * prices.SECRET_MONTH + SECRET_CALLS * prices.SECRET_CALL
    logs = runs * IDLE_LOG_KB / KB_IN_GB * (prices.LOG_GB + prices.LOG_GB_MONTH)
    return [
        Line("alarms", f"{ALARM_METRICS} metrics watched, 10 of them free", ALARM_METRICS * prices.ALARM_METRIC_MONTH),
        Line("composite alarm", f"{COMPOSITE_ALARMS}", COMPOSITE_ALARMS * prices.COMPOSITE_ALARM_MONTH),
        Line("dashboard", f"{DASHBOARDS}, the first three are free", DASHBOARDS * prices.DASHBOARD_MONTH),
        Line("custom metrics", f"{STEADY_METRICS} all the time, 10 are free", STEADY_METRICS * prices.METRIC_MONTH),
        Line("Secrets Manager", f"{SECRETS} secrets, {SECRET_CALLS:,} reads", secrets),
        Line("SQS", f"{POLL_REQUESTS:,} empty receives, a million are free", POLL_REQUESTS * prices.SQS_FIFO_REQUEST),
        Line("Lambda", f"{runs:,} runs, {seconds:,.0f} GB-s, free in most accounts", time),
        Line("CloudWatch Logs", f"{IDLE_LOG_KB} KB a run", logs),
    ]


def options() -> list[Line]:
    """What the parameters, or a network of your own, would add in a month."""
    month_s = prices.HOURS * 3600
    gateway = prices.HOURS * (prices.NAT_HOUR + prices.ADDRESS_HOUR)
    traffic = prices.MILLION * EXCHANGE_KB / KB_IN_GB * prices.NAT_GB
    return [
        Line("one provisioned webhook", "1 GB, all month", month_s * MEMORY_GB * prices.PROVISIONED_GB_SECOND),
        Line("notifier", f"{NOTIFIER_ALARM_METRICS} alarm metrics and a secret", _notifier()),
        Line("NAT gateway", "one zone, one fixed address", gateway),
        Line("its traffic", f"{EXCHANGE_KB} KB, per million alerts", traffic),
    ]


def _notifier() -> Decimal:
    return NOTIFIER_ALARM_METRICS * prices.ALARM_METRIC_MONTH + prices.SECRET_MONTH


def _journal() -> Decimal:
    return prices.MILLION * JOURNAL_KB / KB_IN_GB * (prices.TABLE_GB_MONTH + prices.BACKUP_GB_MONTH)
