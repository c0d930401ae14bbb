"""The console inside CloudWatch: a custom widget, whose buttons are cwdb-action elements (CloudWatch user guide)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from order_relay.core.ports import Unavailable
from order_relay.page.actions import Action
from order_relay.page.board import board, framed, trouble
from order_relay.page.html import Html, join, tag
from order_relay.service.console import Console, Wanted
from order_relay.service.switching import BadCommand

THEMES = ("light", "dark")
DESCRIPTION = """## order-relay console

The newest orders, dead letters, open circuits, halts and exchange clocks of one relay. It reads and changes nothing;
its buttons, if the deployment has them, call the redrive function with the reader's own permissions.

### Parameters

| name | meaning |
|---|---|
| `state` | show only orders of this state, for example `parked` |
| `account` | show only orders of this account |

```yaml
state: ""
account: ""
```
"""


@dataclass(frozen=True, slots=True)
class Widget:
    """Answers the dashboard's calls; without the redrive function's ARN it has no buttons."""

    console: Console
    redrive_arn: str

    def show(self, event: Mapping[str, Any], own_arn: str) -> str:
        if event.get("describe"):
            return DESCRIPTION
        context = _object(event.get("widgetContext"))
        theme = context.get("theme") if context.get("theme") in THEMES else ""
        chosen = _object(_object(context.get("forms")).get("all"))
        wanted = Wanted(*(str(chosen.get(name, event.get(name)) or "") for name in ("state", "account")))
        try:
            content = board(self.console.look(wanted), Calls(self.redrive_arn, own_arn))
        except (Unavailable, BadCommand) as exc:
            content = trouble(str(exc))
        return framed(content, theme=str(theme)).text


@dataclass(frozen=True, slots=True)
class Calls:
    """Buttons that call Lambda functions."""

    redrive_arn: str
    own_arn: str

    def button(self, action: Action) -> Html | None:
        if not self.redrive_arn:
            return None
        command = json.dumps({**action.command, "apply": True})
        call = tag(
            "cwdb-action",
            command,
            action="call",
            endpoint=self.redrive_arn,
            display="popup",
            confirmation=action.meaning,
        )
        return join([tag("a", action.label, class_="btn"), call])

    def chooser(self, fields: Html) -> Html:
        call = tag("cwdb-action", "{}", action="call", endpoint=self.own_arn, display="widget")
        return tag("form", fields, tag("a", "Show", class_="btn"), call, class_="chooser")


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
