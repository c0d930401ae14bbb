"""Short ways to read the stack's alarms and its dashboard."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.template.stack import Properties, Stack, target

DEFAULT_PREFIX = "order-relay"
PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
SEARCHED = re.compile(r'SEARCH\(\'\{OrderRelay,(\w+),service\} service="order-relay" MetricName="(\w+)"\'')


@dataclass(frozen=True)
class Metric:
    """One metric that an alarm or the dashboard reads; values of dimensions are resource names or plain texts."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


def alarms(stack: Stack) -> dict[str, Properties]:
    """Every alarm by its name without the prefix, the composite one included."""
    every = {**stack.of("AWS::CloudWatch::Alarm"), **stack.of("AWS::CloudWatch::CompositeAlarm")}
    return {one["AlarmName"]["Fn::Sub"].removeprefix("${Prefix}-"): one for one in every.values()}


def metrics(alarm: Properties) -> list[Metric]:
    """What an alarm reads, directly or inside its expression."""
    if "MetricName" in alarm:
        statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        return [Metric(alarm["Namespace"], alarm["MetricName"], _dimensions(alarm), statistic)]
    stats = [one["MetricStat"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
    return [
        Metric(one["Metric"]["Namespace"], one["Metric"]["MetricName"], _dimensions(one["Metric"]), one["Stat"])
        for one in stats
    ]


def _dimensions(metric: Mapping[str, Any]) -> dict[str, str]:
    return {
        one["Name"]: one["Value"] if isinstance(one["Value"], str) else target(one["Value"])
        for one in metric["Dimensions"]
    }


def on(stack: Stack, metric: str) -> dict[str, Properties]:
    """Alarms on one metric by the resource or text that their last dimension names."""
    return {
        list(one.dimensions.values())[-1]: alarm
        for alarm in alarms(stack).values()
        for one in metrics(alarm)
        if one.name == metric
    }


def written_dashboard(stack: Stack) -> str:
    """The dashboard's body as it is written, with every optional part in its place."""
    [board] = stack.of("AWS::CloudWatch::Dashboard").values()
    text, parts = board["DashboardBody"]["Fn::Sub"]
    for name, part in parts.items():
        _, there, _ = part["Fn::If"]
        text = text.replace(f"${{{name}}}", there["Fn::Sub"])
    return str(text)


def dashboard(stack: Stack) -> dict[str, Any]:
    """The dashboard's body with the default prefix, and every other reference by its name."""
    body: dict[str, Any] = json.loads(
        PLACEHOLDER.sub(lambda found: DEFAULT_PREFIX if found[1] == "Prefix" else found[1], written_dashboard(stack))
    )
    return body


def shown(stack: Stack) -> list[tuple[str, str, frozenset[str]]]:
    """Namespace, name and dimension names of every metric on the dashboard."""
    found = []
    for widget in dashboard(stack)["widgets"]:
        for row in widget["properties"].get("metrics", []):
            if isinstance(row[0], str):
                found.append((row[0], row[1], frozenset(one for one in row[2::2] if isinstance(one, str))))
            else:
                [(dimension, name)] = SEARCHED.findall(row[0]["expression"])
                found.append(("OrderRelay", name, frozenset({dimension, "service"})))
    return found
