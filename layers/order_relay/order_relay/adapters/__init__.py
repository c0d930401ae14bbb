"""The outside world: HTTP, SQS, Secrets Manager, DynamoDB."""
