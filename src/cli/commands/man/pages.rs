//! The manual pages that belong to no single command, to which the pages of commands refer instead of repeating them: (7) the topics
//! of `ssgctl help` and the exit codes, (5) the configuration file.

use clap_mangen::roff::{Roff, bold, roman};

use crate::commands::topics;
use crate::config::TEMPLATE;
use crate::exit::{ErrorCode, Exit};

/// The date of the last release, which every page shows. A constant, so that the pages can be built reproducibly.
pub(super) const DATE: &str = "2026-11-24";
pub(super) const SOURCE: &str = concat!("ssgctl ", env!("CARGO_PKG_VERSION"));

/// A page, named as its file is.
pub(super) struct ManualPage {
    pub(super) name: &'static str,
    pub(super) section: u8,
    subject: &'static str,
    body: fn(&mut Roff),
}

pub(super) const PAGES: &[ManualPage] = &[
    ManualPage { name: "ssgctl-config", section: 5, subject: "the configuration file of ssgctl", body: configuration },
    ManualPage {
        name: "ssgctl-exit-codes",
        section: 7,
        subject: "exit codes and error codes of ssgctl",
        body: exit_codes,
    },
    ManualPage {
        name: "ssgctl-fields",
        section: 7,
        subject: "what a command of ssgctl prints",
        body: |roff| topic(roff, "fields"),
    },
    ManualPage {
        name: "ssgctl-formats",
        section: 7,
        subject: "tables, JSON, CSV and names",
        body: |roff| topic(roff, "formats"),
    },
    ManualPage {
        name: "ssgctl-money",
        section: 7,
        subject: "units, amounts and keys",
        body: |roff| topic(roff, "money"),
    },
    ManualPage {
        name: "ssgctl-time",
        section: 7,
        subject: "times, periods and time zones",
        body: |roff| topic(roff, "time"),
    },
];

/// The names of all pages, with their sections.
pub(super) fn names() -> impl Iterator<Item = String> {
    PAGES.iter().map(|page| format!("{}({})", page.name, page.section))
}

impl ManualPage {
    pub(super) fn render(&self) -> String {
        let mut roff = Roff::new();
        let (title, section) = (self.name.to_uppercase(), self.section.to_string());
        roff.control("TH", [title.as_str(), &section, DATE, SOURCE, "ssgctl manual"]);
        roff.control("SH", ["NAME"]).text([roman(format!("{} - {}", self.name, self.subject))]);
        (self.body)(&mut roff);
        roff.control("SH", ["SEE ALSO"]).control("BR", ["ssgctl", "(1)"]);
        roff.render()
    }
}

fn configuration(roff: &mut Roff) {
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([
        bold("ssgctl config path"),
        roman(" prints where the file is, "),
        bold("ssgctl config init"),
        roman(" writes one, "),
        bold("ssgctl config show"),
        roman(" says where each value comes from. It is TOML, with these settings:"),
    ]);
    unfilled(roff, TEMPLATE);
}

fn exit_codes(roff: &mut Roff) {
    roff.control("SH", ["EXIT STATUS"]);
    for exit in Exit::ALL {
        let text = format!("{} {}", exit.meaning(), exit.action());
        entry(roff, &(*exit as u8).to_string(), &format!(" ({})", exit.name()), &text);
    }
    roff.control("SH", ["ERROR CODES"]);
    roff.text([roman("The word in brackets of an error message, and `code` in a JSON error.")]);
    for code in ErrorCode::ALL {
        let exits: Vec<String> = code.exits().iter().map(|exit| (*exit as u8).to_string()).collect();
        entry(roff, code.word(), &format!(" ({})", exits.join(", ")), code.meaning());
    }
}

fn topic(roff: &mut Roff, name: &str) {
    roff.control("SH", ["DESCRIPTION"]);
    unfilled(roff, &topics::text_of(name).unwrap_or_default());
}

/// Adds lines as they are.
fn unfilled(roff: &mut Roff, text: &str) {
    roff.control("nf", []);
    for line in text.trim_end().lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

/// Adds a definition: the term in bold, an aside in plain type, and the meaning below.
pub(super) fn entry(roff: &mut Roff, term: &str, aside: &str, meaning: &str) {
    roff.control("TP", []).text([bold(term), roman(aside)]).text([roman(meaning)]);
}
