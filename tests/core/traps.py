"""Texts that look like numbers to somebody, and are none here."""

from order_relay.core.money import MAX_CHARACTERS

NOT_PLAIN = [
    "",
    " ",
    " 1",
    "1 ",
    "1\n",
    "+1",
    "1.",
    ".",
    "-",
    "--1",
    "1_000",
    "1,000",
    "1,5",
    "1 000",
    "1e3",
    "1E-3",
    "1e6000000",
    "NaN",
    "nan",
    "sNaN",
    "Infinity",
    "-inf",
    "0x10",
    "1/2",
    "50%",
    "{{close}}",
    "abc",
    "null",
    "\u0661\u0662",  # Arabic digits
    "\u06f1.\u06f5",  # Persian digits
    "\uff11\uff12",  # full-width digits
    "\u00b2",  # superscript two
    "1\u00a0000",
    "1\u066b5",  # Arabic decimal separator
    "\u22125",  # minus sign
    "1\u200b",
    "\ud800",
    "9" * (MAX_CHARACTERS + 1),
    "9" * 5_000,
]
