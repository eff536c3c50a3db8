#!/usr/bin/env python3
"""Bills a month of postpaid customers with `invoice run --issue` and PDFs, and compares every invoice with a sum of its own.

    cargo build --profile dist && python3 benches/invoices.py [MESSAGES [CUSTOMERS]]

The default is 1,000,000 messages of 2,000 customers, in currencies with 0, 2 and 3 decimals. SSGCTL names another program. Needs python3;
everything happens in a temporary folder (under TMPDIR), which needs some 400 bytes a message.
"""

import collections
import os
import random
import sqlite3
import sys
import tempfile

import traffic

E8 = 100_000_000
# Service, currency, decimals, price of a message part in 1e-8.
SERVICES = [("eur", "EUR", 2, 333_000), ("gbp", "GBP", 2, 2_710_001), ("jpy", "JPY", 0, 131_000_000), ("kwd", "KWD", 3, 123_457)]
PREFIXES = ["+44770090", "+3361234", "+4915112", "+1202555", "+2547123", "+3530851", "+4869000", "+3581234"]
CONFIG = """[tax]
country = "GB"
vat_number = "GB123456789"
standard = [{ from = "2011-01-04", rate = "20" }]
[seller]
name = "Northwind SMS Ltd"
address = ["1 High Street", "Leeds"]
iban = "GB33BUKB20201555555555"
[invoice]
series = "INV-"
"""


class Month(traffic.Scene):
    """Customers with an SMPP account each, and a month of their messages."""

    def __init__(self, folder, customers):
        self.customers = customers
        super().__init__(folder, "home")

    def fill(self):
        for code, unit, _, price in SERVICES:
            self.run("service", "new", code, "--name", code, "--unit", unit, "--price", f"{price // E8}.{price % E8:08}")
        folder = os.path.join(self.home, ".config/ssgctl")
        os.makedirs(folder)
        with open(os.path.join(folder, "config.toml"), "w") as file:
            file.write(CONFIG)
        customers, accounts = (os.path.join(self.home, name) for name in ("customers.csv", "accounts.csv"))
        with open(customers, "w") as one, open(accounts, "w") as two:
            one.write("account_code,organisation,country,billing,payment_terms_days\n")
            two.write("customer,system_id,service\n")
            for i in range(self.customers):
                one.write(f"C{i:05},Customer {i} Ltd,GB,postpaid,14\n")
                two.write(f"C{i:05},acct{i:06},{SERVICES[i % len(SERVICES)][0]}\n")
        self.run("customer", "import", customers)
        self.run("smpp", "import", accounts)

    def write(self, path, messages):
        """Writes October 2026; gives the charge of each customer in 1e-8."""
        dice, charges = random.Random(5), collections.Counter()
        with open(path, "w", buffering=1 << 20) as file:
            file.write("message_id,submitted_at,system_id,destination,state,parts\n")
            for i in range(messages):
                second = i * 31 * 86_400 // messages
                day, clock = second // 86_400 + 1, second % 86_400
                who = int(dice.random() ** 2 * self.customers)
                parts = dice.choice((1, 1, 1, 2, 3))
                number = f"{dice.choice(PREFIXES)}{dice.randrange(10 ** 4):04}"
                at = f"2026-10-{day:02}T{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}Z"
                file.write(f"m{i},{at},acct{who:06},{number},delivered,{parts}\n")
                charges[who] += parts * SERVICES[who % len(SERVICES)][3]
        return charges

    def expected(self, charges):
        """Net, tax, gross and what is carried of each customer in 1e-8; None where it is less than the minor unit."""
        found = {}
        for who, charge in charges.items():
            unit = 10 ** (8 - SERVICES[who % len(SERVICES)][2])
            net = charge // unit * unit
            tax = (net * 20 // 100 + unit // 2) // unit * unit
            if net:
                found[f"C{who:05}"] = (net, tax, net + tax, charge - net)
        return found

    def issued(self):
        database = sqlite3.connect(self.database)
        rows = database.execute(
            "SELECT account_code, issued.net_e8, tax_e8, gross_e8, carried_after_e8, (SELECT sum(invoice_line.net_e8) FROM invoice_line"
            " WHERE invoice_line.invoice_id = invoice.id), substr(pdf, 1, 5), balance_e8, receivable.balance_after_e8"
            " FROM invoice JOIN issued_invoice AS issued ON issued.invoice_id = invoice.id"
            " JOIN customer ON customer.id = invoice.customer_id JOIN usage_bill ON usage_bill.invoice_id = invoice.id"
            " JOIN balance ON balance.customer_id = customer.id AND balance.unit = invoice.currency"
            " JOIN receivable ON receivable.invoice_id = invoice.id").fetchall()
        database.close()
        found = {}
        for code, net, tax, gross, carried, lines, pdf, balance, owed in rows:
            if lines != net or pdf != b"%PDF-" or balance != -carried or owed != gross or code in found:
                raise SystemExit(f"the invoice of {code} does not add up")
            found[code] = (net, tax, gross, carried)
        return found


def main():
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    customers = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    traffic.SSGCTL = os.environ.get("SSGCTL", traffic.SSGCTL)
    with tempfile.TemporaryDirectory() as folder:
        month = Month(folder, customers)
        path = os.path.join(folder, "october.csv")
        expected = month.expected(month.write(path, messages))
        month.run("traffic", "import", path)
        run = ("invoice", "run", "--period", "2026-10", "--issue")
        before = os.times()
        seconds, memory = month.run(*run)
        after = os.times()
        busy = after.children_user + after.children_system - before.children_user - before.children_system
        if month.issued() != expected:
            raise SystemExit("the invoices are not what the file says")
        again, _ = month.run(*run)
        if month.issued() != expected:
            raise SystemExit("a second run changed something")
        month.run("db", "check")
        print(f"{messages:,} messages, {len(expected):,} invoices with PDFs: {seconds:.1f} s, of which {busy:.1f} s of"
              f" processor time, {memory:.0f} MiB;"
              f" a second run issues nothing in {again:.1f} s; all amounts exact")


if __name__ == "__main__":
    main()
