"""The console's looks: one style sheet that reaches no further than its own frame, light and dark."""

from order_relay.page.html import Html

_LIGHT = """color-scheme: light; --ground: #fff; --panel: #f5f6f8; --ink: #16191f; --faint: #5f6b7a; --line: #d8dce2;
  --good: #1b7a3d; --bad: #c0242c; --doubt: #9a5b00; --busy: #0a5fb4; --over: #5f6b7a;"""
_DARK = """color-scheme: dark; --ground: #12161c; --panel: #1b212a; --ink: #e6e9ee; --faint: #96a2b2; --line: #333c49;
  --good: #58c27d; --bad: #ff7b80; --doubt: #f0b055; --busy: #6cb6ff; --over: #96a2b2;"""

CSS = f"""
.relay {{ {_LIGHT} }}
@media (prefers-color-scheme: dark) {{ .relay {{ {_DARK} }} }}
.relay.light {{ {_LIGHT} }}
.relay.dark {{ {_DARK} }}
.relay {{ background: var(--ground); color: var(--ink); padding: 12px 16px; min-height: 100%; box-sizing: border-box;
  font: 13px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }}
.relay h1 {{ font-size: 18px; margin: 0; }}
.relay h2 {{ font-size: 14px; margin: 18px 0 6px; }}
.relay p {{ margin: 4px 0; }}
.relay small {{ display: block; color: var(--faint); font-size: 11px; }}
.relay code {{ font: 11px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }}
.relay pre {{ background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 10px;
  overflow: auto; }}
.relay .faint {{ color: var(--faint); }}
.relay .bar {{ display: flex; gap: 12px; align-items: baseline; flex-wrap: wrap; margin-bottom: 10px; }}
.relay .scroll {{ overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }}
.relay table {{ border-collapse: collapse; width: 100%; background: var(--ground); }}
.relay th, .relay td {{ padding: 5px 10px; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }}
.relay tr:last-child td {{ border-bottom: 0; }}
.relay th {{ background: var(--panel); color: var(--faint); font-weight: 600; font-size: 12px; white-space: nowrap; }}
.relay td {{ unicode-bidi: isolate; white-space: nowrap; }}
.relay td.wide {{ white-space: normal; min-width: 180px; max-width: 420px; overflow-wrap: anywhere; }}
.relay td.number {{ font-variant-numeric: tabular-nums; }}
.relay td code {{ display: inline-block; max-width: 190px; white-space: normal; }}
.relay .state {{ font-weight: 600; color: var(--busy); }}
.relay .placed {{ color: var(--good); }}
.relay .rejected {{ color: var(--bad); }}
.relay .parked, .relay .unknown, .relay .alarm {{ color: var(--doubt); }}
.relay .expired, .relay .cancelled {{ color: var(--over); }}
.relay .buttons {{ white-space: nowrap; }}
.relay div.buttons:not(:empty) {{ margin-top: 4px; }}
.relay ul {{ list-style: none; margin: 0; padding: 0; }}
.relay .tiles {{ display: flex; flex-wrap: wrap; gap: 8px; }}
.relay .tiles li {{ background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 6px 12px; }}
.relay .tiles b {{ font-size: 18px; margin-right: 6px; font-variant-numeric: tabular-nums; }}
.relay .switches {{ display: flex; flex-wrap: wrap; gap: 6px 16px; margin-top: 6px; }}
.relay .switches li {{ display: flex; gap: 6px; align-items: center; }}
.relay .course {{ display: flex; gap: 10px; align-items: center; }}
.relay .course > span {{ min-width: 70px; }}
.relay form {{ display: inline; }}
.relay .chooser {{ display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 6px; }}
.relay .btn, .relay button, .relay select, .relay input {{ font: inherit; font-size: 12px; color: var(--ink);
  background: var(--panel); border: 1px solid var(--line); border-radius: 5px; padding: 2px 9px; }}
.relay .btn, .relay button {{ display: inline-block; cursor: pointer; text-decoration: none; margin-right: 4px; }}
.relay .btn:hover, .relay button:hover {{ border-color: var(--busy); }}
.relay :focus-visible {{ outline: 2px solid var(--busy); outline-offset: 1px; }}
.relay a {{ color: var(--busy); }}
.relay .spark polyline {{ fill: none; stroke: var(--busy); stroke-width: 1.5; }}
.relay .spark .zero {{ stroke: var(--line); stroke-width: 1; }}
"""
STYLE = Html(f"<style>{CSS}</style>")
