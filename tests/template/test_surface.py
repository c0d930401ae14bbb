"""What an operator sees of the stack: parameters with safe defaults, outputs, saved queries, SAM settings."""

import json
import re
import tomllib

from tests.template.stack import ROOT, Stack, target

OUTPUTS = {
    "WebhookUrl", "WebhookDomainTarget", "SecretPrefix", "JournalTableName", "OrdersQueueUrl", "CancelsQueueUrl",
    "OrdersDeadLetterQueueUrl", "CancelsDeadLetterQueueUrl", "AlertsTopicArn", "RedriveFunctionName", "DashboardName",
}  # fmt: skip


def test_the_stack_tells_its_operator_what_the_next_steps_need(stack: Stack) -> None:
    assert set(stack.written["Outputs"]) >= OUTPUTS
    for output in stack.written["Outputs"].values():
        assert output["Description"]


def test_a_stack_can_be_deployed_without_a_single_answer(stack: Stack) -> None:
    assert all("Default" in parameter for parameter in stack.written["Parameters"].values())


def test_every_parameter_says_what_it_is_for_or_allows_only_what_speaks_for_itself(stack: Stack) -> None:
    silent = {name for name, one in stack.written["Parameters"].items() if not one.get("Description")}
    assert silent == {"Architecture"}


def test_every_parameter_is_used(stack: Stack) -> None:
    used = json.dumps({name: part for name, part in stack.written.items() if name != "Parameters"})
    for name in stack.written["Parameters"]:
        assert re.search(rf'"Ref": "{name}"|\$\{{{name}\}}', used), name


def test_no_parameter_takes_a_secret(stack: Stack) -> None:
    assert not any("NoEcho" in parameter for parameter in stack.written["Parameters"].values())


def test_e_mail_is_subscribed_only_when_an_address_is_given(stack: Stack) -> None:
    assert stack.resources["AlertsByEmail"]["Condition"] == "HasAlarmEmail"


def test_a_truststore_without_a_host_name_and_a_host_name_without_a_certificate_are_refused(stack: Stack) -> None:
    assert set(stack.written["Rules"]) == {"DomainHasCertificate", "TruststoreHasDomain"}


def test_every_saved_query_reads_log_groups_of_the_stack(stack: Stack) -> None:
    groups = set(stack.of("AWS::Logs::LogGroup"))
    read = {
        target(group) for query in stack.of("AWS::Logs::QueryDefinition").values() for group in query["LogGroupNames"]
    }
    assert read == groups


def test_every_saved_query_looks_for_messages_that_the_code_writes(stack: Stack) -> None:
    code = "".join(
        path.read_text("utf-8")
        for folder in ("layers/order_relay/order_relay", "functions")
        for path in (ROOT / folder).rglob("*.py")
    )
    for query in stack.of("AWS::Logs::QueryDefinition").values():
        compared = re.findall(r'message (?:=|in) (\[[^\]]*\]|"[^"]*")', query["QueryString"])
        for message in re.findall(r'"(\w+)"', " ".join(compared)):
            assert re.search(rf'(log\(\s*|"message": )"{message}"', code), message


def test_deploying_asks_before_it_changes_anything() -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    for environment in ("default", "demo"):
        assert settings[environment]["deploy"]["parameters"]["confirm_changeset"] is True
    assert settings["default"]["validate"]["parameters"]["lint"] is True


def test_live_and_demo_stacks_share_no_name() -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    names = {settings[one]["global"]["parameters"]["stack_name"] for one in ("default", "demo")}
    assert len(names) == 2
    assert settings["demo"]["deploy"]["parameters"]["parameter_overrides"] == "Prefix=order-relay-demo"


def test_every_check_that_is_left_out_has_a_reason() -> None:
    lines = (ROOT / ".checkov.yaml").read_text("utf-8").partition("skip-check:\n")[2].splitlines()
    assert lines
    for before, line in zip(["", *lines], lines, strict=False):
        assert line.startswith("  # ") or (re.fullmatch(r"  - CKV\w+", line) and before.startswith("  # "))
