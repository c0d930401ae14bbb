"""Queues: FIFO throughout, six timeouts of visibility, dead letters that outlive their source, TLS only."""

from tests.template.stack import Stack, target

LANES = ("Orders", "Cancels")


def test_visibility_is_six_timeouts_of_the_function_that_reads_the_queue(stack: Stack) -> None:
    for function, source in stack.sources.items():
        queue = stack.queues[target(source["EventSourceArn"])]
        assert queue["VisibilityTimeout"] >= 6 * stack.functions[function]["Timeout"]


def test_every_queue_is_fifo_and_encrypted(stack: Stack) -> None:
    assert len(stack.queues) == 4
    for queue in stack.queues.values():
        assert queue["FifoQueue"] is True
        assert queue["QueueName"]["Fn::Sub"].endswith(".fifo")
        assert queue["SqsManagedSseEnabled"] is True


def test_no_queue_deduplicates_by_content(stack: Stack) -> None:
    for queue in stack.queues.values():
        assert "ContentBasedDeduplication" not in queue
        assert queue["DeduplicationScope"] == "messageGroup"
        assert queue["FifoThroughputLimit"] == "perMessageGroupId"


def test_every_lane_has_a_dead_letter_queue_that_keeps_messages_longer(stack: Stack) -> None:
    for lane in LANES:
        queue = stack.queues[f"{lane}Queue"]
        assert target(queue["RedrivePolicy"]["deadLetterTargetArn"]) == f"{lane}DeadLetterQueue"
        dead_letters = stack.queues[f"{lane}DeadLetterQueue"]
        assert dead_letters["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert dead_letters["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"] == 4 * 24 * 3600


def test_the_receive_count_is_only_the_last_net(stack: Stack) -> None:
    for lane in LANES:
        assert stack.queues[f"{lane}Queue"]["RedrivePolicy"]["maxReceiveCount"] == 1000


def test_a_dead_letter_queue_takes_from_its_own_lane_only(stack: Stack) -> None:
    for lane in LANES:
        policy = stack.queues[f"{lane}DeadLetterQueue"]["RedriveAllowPolicy"]
        name = stack.queues[f"{lane}Queue"]["QueueName"]["Fn::Sub"]
        assert policy["redrivePermission"] == "byQueue"
        assert [arn["Fn::Sub"].rpartition(":")[2] for arn in policy["sourceQueueArns"]] == [name]


def test_every_queue_refuses_requests_without_tls(stack: Stack) -> None:
    refused = set()
    for policy in stack.of("AWS::SQS::QueuePolicy").values():
        [statement] = policy["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "sqs:*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}
        refused |= {target(statement["Resource"])} & {target(queue) for queue in policy["Queues"]}
    assert refused == set(stack.queues)
