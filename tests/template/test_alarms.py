"""Alarms: each watches something that exists, tells a human what to do, and has a section in the runbook."""

import json
import re

import pytest

from order_relay.exchanges import EXCHANGES
from tests.template.alarms import PLACEHOLDER, Metric, alarms, dashboard, metrics, on, shown, written_dashboard
from tests.template.emitted import emitted
from tests.template.stack import ROOT, Stack, target

RUNBOOK = "docs/runbook.md"
OF_AWS = {
    "AWS/SQS": {
        "ApproximateNumberOfMessagesVisible",
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfGroupsWithInflightMessages",
    },
    "AWS/Lambda": {"Errors", "Throttles", "Duration"},
    "AWS/ApiGateway": {"Count", "4xx", "5xx", "Latency"},
}
METRICS_IN_ONE_EXPRESSION = 10
UNHEALTHY = {
    "orders-dead-letters", "cancels-dead-letters", "parked", "orders-age", "cancels-age", "webhook-5xx",
    "webhook-errors", "orders-errors", "cancels-errors", "throttles", "keys-refused", "heartbeat",
}  # fmt: skip


def every_metric(stack: Stack) -> list[Metric]:
    return [one for alarm in alarms(stack).values() for one in metrics(alarm)]


def test_every_alarm_goes_to_the_topic(stack: Stack) -> None:
    for alarm in alarms(stack).values():
        assert [target(action) for action in alarm["AlarmActions"]] == ["AlertsTopic"]


def test_every_alarm_says_when_it_is_over_but_for_those_that_would_wake_themselves_by_it(stack: Stack) -> None:
    silent = {name for name, alarm in alarms(stack).items() if "OKActions" not in alarm}
    assert silent == {name for name in alarms(stack) if name.startswith("notifier-")}
    for name in alarms(stack).keys() - silent:
        assert [target(action) for action in alarms(stack)[name]["OKActions"]] == ["AlertsTopic"]


def test_one_run_of_retries_is_one_alarm_about_the_notifier(stack: Stack) -> None:
    retries_end_s = 60 + 120  # Lambda waits a minute, then two (developer guide, asynchronous invocation)
    assert all(alarms(stack)[f"notifier-{name}"]["Period"] > retries_end_s for name in ("errors", "slow", "throttles"))


def test_every_alarm_says_what_to_do_and_names_its_section_of_the_runbook(stack: Stack) -> None:
    sections = set(re.findall(r"^### (.+)$", (ROOT / RUNBOOK).read_text("utf-8"), re.MULTILINE))
    for name, alarm in alarms(stack).items():
        told, _, place = alarm["AlarmDescription"].rpartition(" ")
        assert place == f"{RUNBOOK}#{name}"
        assert len(re.findall(r"[.](?= |$)", told)) >= 2, "first what happened, then what to do"
        assert name in sections


def test_the_runbook_has_no_section_for_an_alarm_that_is_gone(stack: Stack) -> None:
    alarm_part = (ROOT / RUNBOOK).read_text("utf-8").partition("## Alarms\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^### (.+)$", alarm_part, re.MULTILINE)) == set(alarms(stack))


def test_silence_is_no_alarm_but_for_the_heartbeat(stack: Stack) -> None:
    silent = {name: one["TreatMissingData"] for name, one in alarms(stack).items() if "AlarmRule" not in one}
    assert silent.pop("heartbeat") == "breaching"
    assert set(silent.values()) == {"notBreaching"}


def test_no_alarm_goes_by_an_average(stack: Stack) -> None:
    assert {one.statistic for one in every_metric(stack)} == {"Sum", "Maximum", "p99"}


def test_every_metric_of_ours_is_one_that_the_code_emits_with_the_same_dimensions(stack: Stack) -> None:
    ours = [one for one in every_metric(stack) if one.namespace == "OrderRelay"]
    assert ours
    for one in ours:
        assert set(one.dimensions) == emitted()[one.name] | {"service"}, one.name
        assert one.dimensions["service"] == "Prefix"


def test_every_other_metric_is_one_of_aws(stack: Stack) -> None:
    for one in every_metric(stack):
        assert one.namespace == "OrderRelay" or one.name in OF_AWS[one.namespace]


def test_the_functions_count_under_the_namespace_and_service_that_the_alarms_read(stack: Stack) -> None:
    for function in stack.functions.values():
        settings = function["Environment"]["Variables"]
        assert settings["POWERTOOLS_METRICS_NAMESPACE"] == "OrderRelay"
        assert settings["POWERTOOLS_SERVICE_NAME"] == {"Ref": "Prefix"}


@pytest.mark.parametrize(
    "name", ["parked", "ambiguous", "expired", "rejects", "keys-refused", "keys-healed", "rate-limited", "clock-skew"]
)
def test_an_alarm_about_exchanges_covers_them_all(stack: Stack, name: str) -> None:
    alarm = alarms(stack)[name]
    covered = {one.dimensions["exchange"] for one in metrics(alarm)}
    assert covered - {"unknown"} == set(EXCHANGES)


def test_every_expression_uses_every_metric_that_it_fetches(stack: Stack) -> None:
    for name, alarm in alarms(stack).items():
        fetched = {one["Id"] for one in alarm.get("Metrics", []) if "MetricStat" in one}
        expressions = [one for one in alarm.get("Metrics", []) if "Expression" in one]
        used = {word for one in expressions for word in re.findall(r"[a-z][a-z_]*", one["Expression"])}
        assert fetched <= used, name
        assert len(fetched) <= METRICS_IN_ONE_EXPRESSION, name
        assert sum(one["ReturnData"] for one in expressions) == bool(expressions)


def test_one_dead_letter_is_an_alarm_in_either_lane(stack: Stack) -> None:
    found = on(stack, "ApproximateNumberOfMessagesVisible")
    assert set(found) == {"OrdersDeadLetterQueue", "CancelsDeadLetterQueue"}
    assert {(one["Threshold"], one["EvaluationPeriods"], one["Statistic"]) for one in found.values()} == {
        (1, 1, "Maximum")
    }


def test_a_message_that_waits_is_an_alarm_in_either_lane(stack: Stack) -> None:
    found = on(stack, "ApproximateAgeOfOldestMessage")
    assert {name: one["Threshold"] for name, one in found.items()} == {"OrdersQueue": 60, "CancelsQueue": 30}


def test_more_symbols_in_flight_than_workers_is_an_alarm(stack: Stack) -> None:
    found = on(stack, "ApproximateNumberOfGroupsWithInflightMessages")
    assert {name: one["Threshold"] for name, one in found.items()} == {
        "OrdersQueue": {"Ref": "OrdersConcurrency"},
        "CancelsQueue": {"Ref": "CancelsConcurrency"},
    }


def test_every_function_has_alarms_on_errors_throttles_and_four_fifths_of_its_time(stack: Stack) -> None:
    assert set(on(stack, "Throttles")) == set(stack.functions)
    assert {(name, one["Threshold"]) for name, one in on(stack, "Errors").items()} == {
        (name, 1) for name in stack.functions
    }
    assert {name: one["Threshold"] for name, one in on(stack, "Duration").items()} == {
        name: function["Timeout"] * 800 for name, function in stack.functions.items()
    }


def test_the_webhook_alarms_on_one_server_error_on_refusals_and_well_before_the_sender_leaves(stack: Stack) -> None:
    assert on(stack, "5xx")["HttpApi"]["Threshold"] == 1
    assert (on(stack, "4xx")["HttpApi"]["Threshold"], on(stack, "4xx")["HttpApi"]["Period"]) == (3, 300)
    assert on(stack, "Latency")["HttpApi"]["Threshold"] == 2000


def test_a_quarter_of_an_hour_without_a_heartbeat_is_an_alarm(stack: Stack) -> None:
    alarm = alarms(stack)["heartbeat"]
    assert (alarm["MetricName"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "Heartbeat", "LessThanThreshold", 1,
    )  # fmt: skip
    assert alarm["Period"] * alarm["DatapointsToAlarm"] == 900


def test_unhealthy_means_that_alerts_may_not_become_orders(stack: Stack) -> None:
    rule = alarms(stack)["unhealthy"]["AlarmRule"]["Fn::Sub"]
    named = {stack.resources[name]["Properties"]["AlarmName"]["Fn::Sub"] for name in PLACEHOLDER.findall(rule)}
    assert named == {f"${{Prefix}}-{name}" for name in UNHEALTHY}
    assert re.fullmatch(r'ALARM\("[^"]+"\)( OR ALARM\("[^"]+"\))*', rule)


def test_the_dashboard_shows_every_alarm(stack: Stack) -> None:
    [widget] = [one for one in dashboard(stack)["widgets"] if one["type"] == "alarm"]
    kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    assert set(widget["properties"]["alarms"]) == {f"{name}.Arn" for kind in kinds for name in stack.of(kind)}


def test_the_dashboard_shows_only_metrics_that_exist(stack: Stack) -> None:
    for namespace, name, dimensions in shown(stack):
        if namespace == "OrderRelay":
            assert dimensions == emitted()[name] | {"service"}, name
        else:
            assert name in OF_AWS[namespace]


def test_the_dashboard_shows_every_metric_of_ours(stack: Stack) -> None:
    assert {name for namespace, name, _ in shown(stack) if namespace == "OrderRelay"} >= set(emitted())


def test_the_dashboard_refers_to_nothing_that_is_not_there(stack: Stack) -> None:
    referred = {name.partition(".")[0] for name in PLACEHOLDER.findall(written_dashboard(stack))}
    assert referred - {"AWS::Region", "Prefix"} <= set(stack.resources)
    assert json.dumps(dashboard(stack))


def test_without_a_notifier_the_dashboard_is_whole_and_names_none_of_its_alarms(stack: Stack) -> None:
    [board] = stack.of("AWS::CloudWatch::Dashboard").values()
    text, parts = board["DashboardBody"]["Fn::Sub"]
    for name, part in parts.items():
        condition, _, otherwise = part["Fn::If"]
        assert (condition, otherwise) == ("HasNotifier", "")
        text = text.replace(f"${{{name}}}", otherwise)
    assert json.loads(PLACEHOLDER.sub("x", text))
    always = {name.partition(".")[0] for name in PLACEHOLDER.findall(text)}
    assert not always & stack.behind("HasNotifier")


def test_the_dashboard_holds_the_console_as_a_widget_that_every_refresh_calls(stack: Stack) -> None:
    [widget] = [one for one in dashboard(stack)["widgets"] if one["type"] == "custom"]
    assert widget["properties"]["endpoint"] == "ConsoleFunction.Arn"
    assert widget["properties"]["updateOn"]["refresh"] is True


def test_no_widget_lies_on_another(stack: Stack) -> None:
    taken = [
        (x, y)
        for one in dashboard(stack)["widgets"]
        for x in range(one["x"], one["x"] + one["width"])
        for y in range(one["y"], one["y"] + one["height"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
