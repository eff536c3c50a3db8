//! An event of the audit log as a line for reading: `18:53 #41 maria edited KIM: country GB → IE (moved to Dublin)`.

use jiff::civil::Date;
use serde_json::Value;
use ssgctl::model::{EntityKind, Event, Zone};

use crate::escape::visible;

/// The number of changed fields that a line has.
const MAX_FIELDS: usize = 4;
/// The indentation of the lines of a day.
const INDENT: &str = "  ";
/// The indentation of what does not fit on the first line.
const HANGING: &str = "        ";

/// Fields that repeat the name of a new record, or mean nothing to a reader.
const OMITTED: &[&str] = &["account_code", "system_id", "api_id", "undoes"];

/// What an action is called in a sentence.
const VERBS: &[(&str, &str)] = &[
    ("new", "created"),
    ("add", "added"),
    ("edit", "edited"),
    ("remove", "removed"),
    ("archive", "archived"),
    ("unarchive", "unarchived"),
    ("restore", "restored"),
    ("set", "set"),
    ("withdraw", "withdrew"),
    ("import", "imported"),
    ("enable", "enabled"),
    ("disable", "disabled"),
    ("adjust", "adjusted"),
    ("reverse", "reversed an entry of"),
    ("transfer", "transferred, in"),
    ("limit", "limited"),
    ("warn", "set the warning of"),
    ("post", "posted charges of"),
    ("charge", "charged"),
    ("retry", "queued again"),
    ("cancel", "cancelled"),
    ("readdress", "readdressed"),
    ("reveal", "revealed the password of"),
    ("rotate-password", "rotated the password of"),
    ("end-grace", "ended the previous password of"),
    ("probe", "probed"),
    ("export", "exported for"),
    ("handover", "handed over"),
    ("welcome", "handed over"),
    ("notify", "notified"),
    ("revert", "reverted"),
    ("prune", "pruned"),
    ("reprice", "repriced"),
    ("close", "closed"),
    ("line", "changed the lines of"),
    ("run", "drafted"),
    ("issue", "issued"),
    ("hold", "put on hold"),
    ("release", "released"),
    ("credit", "credited"),
    ("write_off", "wrote off"),
    ("end", "ended"),
    ("record", "recorded"),
    ("allocate", "allocated"),
    ("refund", "refunded"),
];

/// Makes lines of events, with a heading for each day.
pub(crate) struct Lines<'a> {
    zone: &'a Zone,
    /// The width of the terminal, if there is one.
    width: Option<u16>,
    day: Option<Date>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(zone: &'a Zone, width: Option<u16>) -> Self {
        Self { zone, width, day: None }
    }

    /// The lines of the next event: the heading of its day, if it is the first of one, and what was done.
    pub(crate) fn of(&mut self, event: &Event) -> String {
        let at = event.at.timestamp().to_zoned_datetime(self.zone.time_zone());
        let mut text = String::new();
        if self.day != Some(at.date()) {
            // The zone is named once.
            let heading = match self.day.replace(at.date()) {
                None => format!("{} ({})\n", at.date(), self.zone),
                Some(_) => format!("\n{}\n", at.date()),
            };
            text.push_str(&heading);
        }
        let line = format!("{} #{} {}", at.strftime("%H:%M"), event.id, visible(&sentence(event)));
        text.push_str(&wrapped(&line, self.width));
        text
    }
}

/// Wraps a line at spaces, if there is a terminal; long words stay whole.
fn wrapped(line: &str, width: Option<u16>) -> String {
    let Some(width) = width else { return format!("{INDENT}{line}\n") };
    let options = textwrap::Options::new(usize::from(width.max(40)))
        .initial_indent(INDENT)
        .subsequent_indent(HANGING)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(line, options) + "\n"
}

/// Who did what to which record, which fields changed, and why.
pub(crate) fn sentence(event: &Event) -> String {
    let change = &event.change;
    let action = change.action.as_str();
    let verb = match (change.entity, action) {
        (EntityKind::Payment, "reverse") => "reversed",
        _ => VERBS.iter().find(|(name, _)| *name == action).map_or(action, |(_, verb)| verb),
    };
    let mut text = format!("{} {verb} {}", event.origin.actor.as_str(), object(change.entity, &change.subject));
    let shown: Vec<_> = change.fields.iter().filter(|(field, _)| !OMITTED.contains(&field.as_str())).collect();
    if !matches!(action, "archive" | "unarchive") && !shown.is_empty() {
        let mut fields: Vec<String> =
            shown.iter().take(MAX_FIELDS).map(|(field, values)| step(field, values)).collect();
        if shown.len() > MAX_FIELDS {
            fields.push(format!("and {} more", shown.len() - MAX_FIELDS));
        }
        text.push_str(&format!(": {}", fields.join(", ")));
    }
    if let Some(undone) = change.fields.get("undoes").and_then(|values| values.get(1)) {
        text.push_str(&format!(", undoing #{undone}"));
    }
    if let Some(reason) = &event.origin.reason {
        text.push_str(&format!(" ({})", reason.as_str()));
    }
    text
}

/// The record by its kind and name. Names of customers and balances say themselves what they are.
fn object(entity: EntityKind, subject: &str) -> String {
    match entity {
        EntityKind::Customer | EntityKind::Balance => subject.to_owned(),
        EntityKind::Traffic => format!("traffic {subject}"),
        other => format!("{other} {subject}"),
    }
}

/// A changed field: `country GB → IE`, or only the value if there was none before.
fn step(field: &str, values: &Value) -> String {
    let (from, to) = (text_of(values.get(0)), text_of(values.get(1)));
    match (from, to) {
        (None, to) => format!("{field} {}", to.unwrap_or_else(|| "none".to_owned())),
        (Some(from), to) => format!("{field} {from} → {}", to.unwrap_or_else(|| "none".to_owned())),
    }
}

/// A value for reading; none if it is empty.
pub(crate) fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.replace('\n', ", ")),
        Value::Bool(flag) => Some(if *flag { "yes" } else { "no" }.to_owned()),
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(items.iter().filter_map(|item| text_of(Some(item))).collect::<Vec<_>>().join(", ")),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use ssgctl::model::{Change, Origin};

    use super::*;

    fn event(id: i64, at: &str, action: &str, fields: Value) -> Event {
        let origin = Origin {
            actor: "maria".parse().expect("actor"),
            uid: 0,
            sudo_user: None,
            reason: "moved office".parse().ok(),
            command: String::new(),
            version: String::new(),
        };
        let fields = fields.as_object().expect("object").clone();
        let (action, subject) = (action.to_owned(), "KIM".to_owned());
        let change = Change { entity: EntityKind::Customer, action, subject, customer_id: None, fields };
        Event { id, at: at.parse().expect("time"), origin, customer: None, change }
    }

    #[test]
    fn a_line_says_who_did_what_and_why_under_the_heading_of_its_day() {
        let zone = "Asia/Seoul".parse().expect("zone");
        let mut lines = Lines::new(&zone, None);
        let moved = json!({"invoice_address": [["12 Teheran-ro", "Seoul"], ["77 Sejong-daero"]]});
        let text = lines.of(&event(41, "2026-11-24T09:53:00Z", "edit", moved));
        assert_eq!(
            text,
            "2026-11-24 (Asia/Seoul)\n  18:53 #41 maria edited KIM: invoice_address 12 Teheran-ro, Seoul → 77 Sejong-daero \
             (moved office)\n"
        );
        let text = lines.of(&event(42, "2026-11-24T10:00:00Z", "archive", json!({"status": ["active", "archived"]})));
        assert_eq!(text, "  19:00 #42 maria archived KIM (moved office)\n");
        let created = json!({"account_code": [null, "KIM"], "a": [null, 1], "b": [null, true], "c": [null, "x\ny"],
            "d": [null, []], "e": [null, "z"]});
        let text = lines.of(&event(43, "2026-11-24T15:00:00Z", "new", created));
        assert_eq!(
            text,
            "\n2026-11-25\n  00:00 #43 maria created KIM: a 1, b yes, c x, y, d none, and 1 more (moved office)\n"
        );
    }

    #[test]
    fn a_payment_is_recorded_and_reversed_itself() {
        let recorded = event(1, "2026-11-24T09:53:00Z", "record", json!({}));
        let payment = |event: Event| Event { change: Change { entity: EntityKind::Payment, ..event.change }, ..event };
        assert_eq!(sentence(&payment(recorded)), "maria recorded payment KIM (moved office)");
        let reversed = event(2, "2026-11-24T09:53:00Z", "reverse", json!({}));
        assert_eq!(sentence(&payment(reversed.clone())), "maria reversed payment KIM (moved office)");
        assert_eq!(sentence(&reversed), "maria reversed an entry of KIM (moved office)");
    }

    #[test]
    fn a_terminal_breaks_lines_between_words() {
        let zone = "UTC".parse().expect("zone");
        let mut lines = Lines::new(&zone, Some(40));
        let text = lines.of(&event(
            1,
            "2026-11-24T09:53:00Z",
            "edit",
            json!({"website": ["https://a.example/long/path", null]}),
        ));
        assert_eq!(
            text,
            "2026-11-24 (UTC)\n  09:53 #1 maria edited KIM: website\n        https://a.example/long/path →\n        none (moved \
             office)\n"
        );
    }
}
