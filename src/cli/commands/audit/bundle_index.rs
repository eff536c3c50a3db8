//! The index of an audit bundle: one page of HTML that needs no other file, and has no script and no link to the outside.

use std::fmt::Write;

use jiff::civil::Date;

use crate::commands::audit::bundle_rows::{AuditTaxRow, ChainRow, SeriesRow};
use crate::output::Row;

/// What a bundle is of.
pub(super) struct BundleTitle<'a> {
    pub(super) company: &'a str,
    pub(super) first: Date,
    pub(super) last: Date,
    pub(super) timezone: String,
}

const STYLE: &str =
    "body { max-width: 60em; margin: 2em auto; padding: 0 1em; font: 16px/1.5 sans-serif; color: #1f2937; }
table { border-collapse: collapse; margin: 0 0 1.5em; }
th, td { padding: 0.2em 1em 0.2em 0; border-bottom: 1px solid #e5e7eb; text-align: left; }
td { font-family: monospace; overflow-wrap: anywhere; }
h2 { font-size: 1.1em; margin: 1.5em 0 0.5em; }";

/// What each file has.
const FILES: [(&str, &str); 6] = [
    (
        "ledger.csv",
        "The entries of the ledger of balances, each with its hash, which covers the entry and the hash before it",
    ),
    (
        "receivables.csv",
        "The entries of the ledger of receivables: invoices, credit notes, payments, write-offs, reversals",
    ),
    ("invoices.csv", "The invoices and credit notes that were issued"),
    ("taxes.csv", "The tax by currency, category, country of the buyer and rate; credit notes are subtracted"),
    ("series.csv", "The series of invoice numbers from their beginning, and how many numbers each lacks"),
    ("chains.csv", "The ends of the hash chains of the database"),
];

/// The page. `names` are the files of the bundle.
pub(super) fn page<'a>(
    title: &BundleTitle<'_>,
    taxes: &[AuditTaxRow],
    series: &[SeriesRow],
    chains: &[ChainRow],
    names: impl Iterator<Item = &'a str>,
) -> String {
    let heading = format!("Audit of {} to {}", title.first, title.last);
    let mut html = String::new();
    let mut add = |text: &str| html.push_str(text);
    add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    add(&escaped(&heading));
    add(&format!("</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{}</h1>\n<p>", escaped(&heading)));
    if !title.company.is_empty() {
        add(&format!("{}. ", escaped(title.company)));
    }
    add(&format!("Days are those of the time zone {}, both included. ", escaped(&title.timezone)));
    add(
        "Each file has a checksum in SHA256SUMS: <code>sha256sum -c SHA256SUMS</code>. The signature of the list is in \
         SHA256SUMS.sig: <code>ssgctl verify FOLDER --key operator.pub</code>.</p>\n<h2>Files</h2>\n<table>\n",
    );
    for (name, what) in FILES {
        add(&format!("<tr><td><a href=\"{name}\">{name}</a></td><td>{what}</td></tr>\n"));
    }
    add("</table>\n<h2>Tax</h2>\n");
    add(&table(taxes));
    add("<h2>Series of invoice numbers</h2>\n");
    add(&table(series));
    add("<h2>Hash chains</h2>\n");
    add(&table(chains));
    add("<h2>Documents</h2>\n<ul>\n");
    for name in names.filter(|name| name.starts_with("invoices/")) {
        let name = escaped(name);
        add(&format!("<li><a href=\"{name}\">{name}</a></li>\n"));
    }
    add("</ul>\n</body>\n</html>\n");
    html
}

fn table<R: Row>(rows: &[R]) -> String {
    if rows.is_empty() {
        return "<p>None.</p>\n".to_owned();
    }
    let mut html = "<table>\n<tr>".to_owned();
    for column in R::COLUMNS {
        let _ = write!(html, "<th>{}</th>", column.key.replace('_', " "));
    }
    for row in rows {
        html.push_str("</tr>\n<tr>");
        for column in R::COLUMNS {
            let _ = write!(html, "<td>{}</td>", escaped(&(column.cell)(row).for_data()));
        }
    }
    html.push_str("</tr>\n</table>\n");
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
