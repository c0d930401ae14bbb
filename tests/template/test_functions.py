"""Functions: settings, environment, logs, event sources and layers."""

import json
import re

from tests.template.stack import ROOT, Stack, target

SYNCHRONOUS_OR_SCHEDULED = {
    "WebhookFunction", "OrdersFunction", "CancelsFunction", "RedriveFunction", "ClockFunction", "ConsoleFunction",
}  # fmt: skip
FUNCTIONS = SYNCHRONOUS_OR_SCHEDULED | {"NotifierFunction"}
OWN_NAMES = {
    "OrdersFunction": {"RELAY_LANE"},
    "CancelsFunction": {"RELAY_LANE"},
    "ConsoleFunction": {"CONSOLE_ACTIONS", "REDRIVE_FUNCTION_ARN"},
    "NotifierFunction": {"NOTIFIER_SECRET"},
}
NAMES_OF_SECRETS = {"NOTIFIER_SECRET": {"Ref": "NotifierSecret"}}
SECRET_WORDS = re.compile(r"secret|password|passphrase|token|api_?key|credential", re.IGNORECASE)
EXCHANGE_URLS = {f"EXCHANGE_URL_{host}" for host in ("COINEX", "OKX", "BITGET", "BITUNIX", "BITUNIX_FUTURES", "JEX")}
SHARED_NAMES = EXCHANGE_URLS | {
    "ALERTS_TOPIC_ARN",
    "ALLOWED_CIDRS",
    "AWS_ENDPOINT_URL",
    "CANCELS_DLQ_URL",
    "CANCELS_QUEUE_URL",
    "LOG_LEVEL",
    "ORDERS_DLQ_URL",
    "ORDERS_QUEUE_URL",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
    "PREFIX",
    "TABLE_NAME",
}


def test_every_function_runs_on_the_same_runtime_and_chosen_architecture(stack: Stack) -> None:
    assert set(stack.functions) == FUNCTIONS
    for function in stack.functions.values():
        assert function["Runtime"] == "python3.13"
        assert function["Handler"] == "app.lambda_handler"
        assert function["Architectures"] == [{"Ref": "Architecture"}]
        assert function["MemorySize"] == {"Ref": "MemorySize"}


def test_no_concurrency_is_reserved_unless_asked_for(stack: Stack) -> None:
    reserved = {
        name: function["ReservedConcurrentExecutions"]["Fn::If"]
        for name, function in stack.functions.items()
        if "ReservedConcurrentExecutions" in function
    }
    assert set(reserved) == {"WebhookFunction", "OrdersFunction", "CancelsFunction"}
    for condition, asked, otherwise in reserved.values():
        assert otherwise == {"Ref": "AWS::NoValue"}
        assert stack.written["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [asked, 0]}]}
        assert stack.written["Parameters"][asked["Ref"]]["Default"] == 0


def test_the_webhook_and_the_workers_end_within_their_time(stack: Stack) -> None:
    assert stack.functions["WebhookFunction"]["Timeout"] == 10
    assert {stack.functions[f"{lane}Function"]["Timeout"] for lane in ("Orders", "Cancels")} == {15}


def test_both_lanes_run_the_same_code(stack: Stack) -> None:
    lanes = {
        name: stack.functions[name]["Environment"]["Variables"]["RELAY_LANE"]
        for name in FUNCTIONS
        if "RELAY_LANE" in stack.functions[name]["Environment"]["Variables"]
    }
    assert lanes == {"OrdersFunction": "orders", "CancelsFunction": "cancels"}
    code = {stack.written["Resources"][name]["Properties"]["CodeUri"] for name in lanes}
    assert code == {"functions/worker"}


def test_every_function_has_a_log_group_of_its_own_with_retention(stack: Stack) -> None:
    groups = [target(function["LoggingConfig"]["LogGroup"]) for function in stack.functions.values()]
    assert len(set(groups)) == len(FUNCTIONS)
    for group in groups:
        assert stack.of("AWS::Logs::LogGroup")[group]["RetentionInDays"] == {"Ref": "LogRetention"}


def test_logs_are_json_and_never_quieter_than_the_metrics_they_carry(stack: Stack) -> None:
    assert stack.written["Parameters"]["LogLevel"]["AllowedValues"] == ["DEBUG", "INFO"]
    for function in stack.functions.values():
        config = function["LoggingConfig"]
        assert (config["LogFormat"], config["SystemLogLevel"]) == ("JSON", "INFO")
        assert config["ApplicationLogLevel"] == {"Ref": "LogLevel"}


def test_every_function_gets_exactly_the_settings_that_the_code_reads(stack: Stack) -> None:
    for name, function in stack.functions.items():
        assert set(function["Environment"]["Variables"]) == SHARED_NAMES | OWN_NAMES.get(name, set())


def test_the_code_reads_every_setting_under_its_name() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "layers/order_relay/order_relay").rglob("*.py"))
    for name in set().union(*OWN_NAMES.values()):
        assert f'"{name}"' in code, name


def test_no_environment_holds_a_secret(stack: Stack) -> None:
    for function in stack.functions.values():
        for name, value in function["Environment"]["Variables"].items():
            assert not SECRET_WORDS.search(name) or value == NAMES_OF_SECRETS[name]
            assert "{{resolve:" not in json.dumps(value)
            assert not isinstance(value, dict) or set(value) <= {"Ref", "Fn::GetAtt"}


def test_base_urls_are_declared_empty_so_that_the_live_hosts_are_used(stack: Stack) -> None:
    for function in stack.functions.values():
        settings = function["Environment"]["Variables"]
        assert {settings[name] for name in EXCHANGE_URLS | {"AWS_ENDPOINT_URL"}} == {""}


def test_every_event_source_takes_one_record_and_reports_partial_failures(stack: Stack) -> None:
    read = {function: target(source["EventSourceArn"]) for function, source in stack.sources.items()}
    assert read == {"OrdersFunction": "OrdersQueue", "CancelsFunction": "CancelsQueue"}
    for source in stack.sources.values():
        assert source["BatchSize"] == 1
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert "MaximumBatchingWindowInSeconds" not in source


def test_each_lane_has_a_concurrency_of_its_own(stack: Stack) -> None:
    limits = {name: source["ScalingConfig"]["MaximumConcurrency"]["Ref"] for name, source in stack.sources.items()}
    assert limits == {"OrdersFunction": "OrdersConcurrency", "CancelsFunction": "CancelsConcurrency"}
    defaults = {name: stack.written["Parameters"][name]["Default"] for name in limits.values()}
    assert defaults == {"OrdersConcurrency": 3, "CancelsConcurrency": 2}


def test_what_alerts_run_through_is_kept_warm_every_five_minutes(stack: Stack) -> None:
    targets = [(rule, one) for rule in stack.of("AWS::Events::Rule").values() for one in rule["Targets"]]
    assert {rule["ScheduleExpression"] for rule, _ in targets} == {"rate(5 minutes)"}
    inputs = {target(one["Arn"]): one.get("Input") for _, one in targets}
    assert inputs.pop("ClockFunction") is None
    assert {name: json.loads(text) for name, text in inputs.items()} == {
        name: {"warm": True} for name in ("WebhookFunction", "OrdersFunction", "CancelsFunction")
    }


def test_a_scheduled_call_is_never_retried_late_and_a_notification_for_an_hour(stack: Stack) -> None:
    configs = {
        target(one["FunctionName"]): (one["MaximumRetryAttempts"], one["MaximumEventAgeInSeconds"])
        for one in stack.of("AWS::Lambda::EventInvokeConfig").values()
    }
    assert configs.pop("NotifierFunction") == (2, 3600)
    assert configs == dict.fromkeys(SYNCHRONOUS_OR_SCHEDULED, (0, 60))


def test_the_console_has_time_for_the_whole_journal_and_no_buttons_unless_asked_for(stack: Stack) -> None:
    console = stack.functions["ConsoleFunction"]
    assert console["Timeout"] == 30
    assert console["Environment"]["Variables"]["CONSOLE_ACTIONS"] == {"Ref": "ConsoleActions"}
    assert target(console["Environment"]["Variables"]["REDRIVE_FUNCTION_ARN"]) == "RedriveFunction"
    actions = stack.written["Parameters"]["ConsoleActions"]
    assert (actions["Default"], actions["AllowedValues"]) == ("false", ["true", "false"])


def test_the_notifier_is_there_only_when_its_secret_is_named(stack: Stack) -> None:
    assert stack.written["Parameters"]["NotifierSecret"]["Default"] == ""
    assert stack.written["Conditions"]["HasNotifier"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "NotifierSecret"}, ""]}]}
    assert stack.behind("HasNotifier") == {name for name in stack.resources if name.startswith("Notifier")}
    assert stack.functions["NotifierFunction"]["Timeout"] == 60


def test_the_topic_and_nothing_else_calls_the_notifier(stack: Stack) -> None:
    permissions = stack.of("AWS::Lambda::Permission").values()
    [permission] = [one for one in permissions if target(one["FunctionName"]) == "NotifierFunction"]
    assert (permission["Principal"], target(permission["SourceArn"])) == ("sns.amazonaws.com", "AlertsTopic")
    [subscription] = [one for one in stack.of("AWS::SNS::Subscription").values() if one["Protocol"] == "lambda"]
    assert (target(subscription["Endpoint"]), target(subscription["TopicArn"])) == ("NotifierFunction", "AlertsTopic")


def test_the_notifier_has_a_build_of_its_own_on_top_of_the_layers(stack: Stack) -> None:
    written = stack.written["Resources"]["NotifierFunction"]
    assert written["Metadata"]["BuildMethod"] == "makefile"
    makefile = (ROOT / written["Properties"]["CodeUri"] / "Makefile").read_text()
    assert "\nbuild-NotifierFunction:\n" in makefile
    assert "--invalidation-mode unchecked-hash" in makefile


def test_both_layers_serve_both_architectures_and_have_a_build(stack: Stack) -> None:
    layers = {
        name: one for name, one in stack.written["Resources"].items() if one["Type"] == "AWS::Serverless::LayerVersion"
    }
    assert set(layers) == {"DependenciesLayer", "OrderRelayLayer"}
    for name, layer in layers.items():
        assert layer["Properties"]["CompatibleArchitectures"] == ["arm64", "x86_64"]
        assert layer["Metadata"]["BuildMethod"] == "makefile"
        makefile = (ROOT / layer["Properties"]["ContentUri"] / "Makefile").read_text()
        assert f"\nbuild-{name}:\n" in makefile
        assert "--invalidation-mode unchecked-hash" in makefile
