"""The command line: options of relayctl itself, its commands, and one sentence for whatever goes wrong."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from order_relay.core.refusal import Refusal
from tools.relayctl import doctor, halting, init, letters, orders, send, tail
from tools.relayctl.scene import Options, Scene
from tools.relayctl.screen import Screen
from tools.relayctl.trouble import USAGE, Trouble, plainly, unforeseen

JSON = "--json"
VALUED = ("--local", "--prefix", "--stack", "--region", "--profile")


class Anywhere(TyperGroup):
    """Takes relayctl's own options before or after the command, and lets no stack trace out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        as_json = JSON in args
        try:
            return super().parse_args(ctx, hoisted(args))
        except typer.TyperException as exc:
            if not as_json:
                raise
            raise _misused(Screen(as_json=True), exc) from None

    def invoke(self, ctx: Any) -> Any:
        try:
            with plainly():
                return super().invoke(ctx)
        except Trouble as exc:
            raise _ended(_screen(ctx), str(exc), exc.code) from None
        except typer.TyperException as exc:
            raise _misused(_screen(ctx), exc) from None
        except (typer.Exit, typer.Abort, KeyboardInterrupt):
            raise
        except BrokenPipeError:
            raise typer.Exit(0) from None
        except Refusal as exc:
            raise _ended(_screen(ctx), exc.reason, 1) from None
        except Exception as exc:  # whoever runs a tool is not helped by a stack trace
            raise _ended(_screen(ctx), unforeseen(exc), 1) from None


app = typer.Typer(
    cls=Anywhere,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Set up, check and run a relay. Whatever changes something is a dry run unless --apply.",
    epilog="The options above may also stand after the command.",
)


@app.callback()
def options(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option(JSON, help="One JSON document on standard output, nothing else.")] = False,
    local: Annotated[str | None, typer.Option(help="The relay of `make serve`: http://127.0.0.1:8787")] = None,
    prefix: Annotated[str, typer.Option(help="The stack's parameter Prefix.")] = "order-relay",
    stack: Annotated[str | None, typer.Option(help="The stack's name; the prefix if not given.")] = None,
    region: Annotated[str | None, typer.Option(help="AWS region.")] = None,
    profile: Annotated[str | None, typer.Option(help="AWS profile.")] = None,
) -> None:
    """Set up, check and run a relay."""
    ctx.obj = Scene(Screen(as_json=as_json), Options(prefix, stack or prefix, region, profile, local))


def hoisted(args: list[str]) -> list[str]:
    """Bring relayctl's own options to the front, wherever they stand before a `--`."""
    end = args.index("--") if "--" in args else len(args)
    own: list[str] = []
    rest: list[str] = []
    words = iter(args[:end])
    for word in words:
        if word == JSON or word.startswith(tuple(f"{name}=" for name in VALUED)):
            own.append(word)
        elif word in VALUED:
            own += [word, *(value for value in [next(words, None)] if value is not None)]
        else:
            rest.append(word)
    return own + rest + args[end:]


def _screen(ctx: Any) -> Screen:
    return ctx.obj.screen if isinstance(ctx.obj, Scene) else Screen(as_json=bool(ctx.params.get("as_json")))


def _misused(screen: Screen, exc: typer.TyperException) -> typer.Exit:
    return _ended(screen, exc.format_message().replace("Value error, ", ""), USAGE)


def _ended(screen: Screen, text: str, code: int) -> typer.Exit:
    if screen.as_json:
        screen.document({"error": text})
    else:
        screen.tell(f"relayctl: {text}")
    return typer.Exit(code)


_COMMANDS: dict[str, Callable[..., None]] = {
    "init": init.init,
    "doctor": doctor.doctor,
    "send": send.send,
    "orders": orders.orders,
    "order": orders.order,
    "settle": orders.settle,
    "halts": halting.halts,
    "halt": halting.halt,
    "resume": halting.resume,
    "tail": tail.tail,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)
app.add_typer(letters.app, name="dead-letters")
