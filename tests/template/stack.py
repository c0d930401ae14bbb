"""The template as CloudFormation receives it after the SAM transform, and short ways to read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.session import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Stack:
    """`written` is the template in this repository, `resources` what CloudFormation makes of it."""

    written: Mapping[str, Any]
    resources: Mapping[str, Any]

    def of(self, kind: str) -> dict[str, Properties]:
        """Properties of every resource of one type, by logical id."""
        found = {name: one["Properties"] for name, one in self.resources.items() if one["Type"] == kind}
        assert found, f"the template has no {kind}"
        return found

    @property
    def functions(self) -> dict[str, Properties]:
        return self.of("AWS::Lambda::Function")

    @property
    def queues(self) -> dict[str, Properties]:
        return self.of("AWS::SQS::Queue")

    @property
    def sources(self) -> dict[str, Properties]:
        """Event source mappings by the function that they call."""
        return {target(one["FunctionName"]): one for one in self.of("AWS::Lambda::EventSourceMapping").values()}

    def behind(self, condition: str) -> set[str]:
        """Names of the resources that exist only while a condition holds."""
        return {name for name, one in self.resources.items() if one.get("Condition") == condition}

    def statements(self, function: str) -> dict[str, Properties]:
        """What a function's role allows, by statement id."""
        role = self.of("AWS::IAM::Role")[target(self.functions[function]["Role"])]
        return {one["Sid"]: one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]}


def load() -> Stack:
    """Read the template and run the SAM transform; built artefacts are stood in for by an S3 address."""
    template = _read()
    for resource in template["Resources"].values():
        for name in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][name] = "s3://bucket/key"
    session = Session(region_name="ap-northeast-1")
    translated = Translator({}, Parser(), boto_session=session).translate(template, {})
    return Stack(written=_read(), resources=translated["Resources"])


def _read() -> dict[str, Any]:
    template: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return template


def target(value: Mapping[str, Any]) -> str:
    """Name the resource that a Ref or a GetAtt points at; of a choice, the one that is there if its condition holds."""
    if "Fn::If" in value:
        return target(value["Fn::If"][1])
    name: str = value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]
    return name


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
