"""The environment of the functions where nothing of it is ever called."""

NOWHERE = "http://127.0.0.1:9"

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "fake",
    "AWS_SECRET_ACCESS_KEY": "fake",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "AWS_ENDPOINT_URL": NOWHERE,
    "PREFIX": "benchmark",
    "TABLE_NAME": "benchmark",
    "RELAY_LANE": "orders",
    "ORDERS_QUEUE_URL": f"{NOWHERE}/orders.fifo",
    "CANCELS_QUEUE_URL": f"{NOWHERE}/cancels.fifo",
    "ORDERS_DLQ_URL": f"{NOWHERE}/orders-dlq.fifo",
    "CANCELS_DLQ_URL": f"{NOWHERE}/cancels-dlq.fifo",
    "POWERTOOLS_SERVICE_NAME": "order-relay",
    "POWERTOOLS_METRICS_NAMESPACE": "OrderRelay",
}
