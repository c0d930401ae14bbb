"""docs/costs.md: the printed arithmetic, and counts that are those of the template."""

from tests.template.alarms import metrics
from tests.template.stack import ROOT, Stack
from tools.costs import usage
from tools.costs.__main__ import report


def test_the_page_shows_what_the_script_prints() -> None:
    assert report() in (ROOT / "docs/costs.md").read_text("utf-8")


def test_alarms_and_dashboards_are_counted_as_the_template_has_them(stack: Stack) -> None:
    every = {name: len(metrics(one)) for name, one in stack.of("AWS::CloudWatch::Alarm").items()}
    of_notifier = sum(every[name] for name in every.keys() & stack.behind("HasNotifier"))
    assert of_notifier == usage.NOTIFIER_ALARM_METRICS
    assert sum(every.values()) - of_notifier == usage.ALARM_METRICS
    assert len(stack.of("AWS::CloudWatch::CompositeAlarm")) == usage.COMPOSITE_ALARMS
    assert len(stack.of("AWS::CloudWatch::Dashboard")) == usage.DASHBOARDS


def test_pings_and_memory_are_those_of_the_template(stack: Stack) -> None:
    pinged = [one for rule in stack.of("AWS::Events::Rule").values() for one in rule["Targets"] if "Input" in one]
    assert len(pinged) == usage.PINGED_FUNCTIONS
    assert stack.written["Parameters"]["MemorySize"]["Default"] == usage.MEMORY_GB * 1024
