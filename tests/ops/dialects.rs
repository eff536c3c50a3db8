//! Files of traffic of every gateway at length, as messy as exports are: imported, imported again, compressed and in another order, and
//! later with what became of the messages. The test itself states what must be stored then, independently of the code under test.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ssgctl::model::{MessageState, Money, TrafficTally, Unit};
use ssgctl::store::StoredMessage;
use ssgctl::traffic::{ImportRequest, ParseOptions, Source, TrafficSummary};

use super::traffic::{fixture, options, request, row_faults, run, state_of};
use crate::support::fixture::{Fixture, valid};

/// How many messages a file has.
pub const ROWS: u32 = 420;

/// A message that was sent to a handset.
#[derive(Debug, Clone)]
pub struct Sent {
    pub number: u32,
    pub id: String,
    pub account: &'static str,
    /// When, in seconds since 1970 UTC.
    pub at: i64,
    /// The destination as the file has it, and as it is shown.
    pub to: &'static str,
    pub shown: &'static str,
    pub state: MessageState,
    pub parts: u16,
    /// What the file says that it costs.
    pub price: Option<&'static str>,
}

/// Numbers as gateways write them, and as they are shown.
const NUMBERS: [(&str, &str); 7] = [
    ("447700900123", "+447700900123"),
    ("+33612345678", "+33612345678"),
    ("0049 151 23456789", "+4915123456789"),
    ("1 (500) 555-0006", "+15005550006"),
    ("88440", "88440"),
    ("07700900123", "07700900123"),
    ("Müller", "Müller"),
];

/// The messages of a file: every state, over the hours in which London puts its clocks back.
pub fn messages(id: impl Fn(u32) -> String) -> Vec<Sent> {
    let begin = "2026-10-24T12:00:00Z".parse::<Timestamp>().unwrap().as_second();
    (0..ROWS)
        .map(|number| {
            let (to, shown) = NUMBERS[number as usize % NUMBERS.len()];
            Sent {
                number,
                id: id(number),
                account: ["acme", "port"][number as usize % 2],
                at: begin + i64::from(number) * 211,
                to,
                shown,
                state: MessageState::ALL[number as usize % 6],
                parts: [1, 1, 2, 255, 3][number as usize % 5],
                price: [Some("0.0125000"), None, Some("0"), Some("12"), Some("0.03330001")][number as usize % 5],
            }
        })
        .collect()
}

impl Sent {
    /// What the message costs, given as a credit a part, or as its price, or as 0.05 a part.
    fn cost(&self) -> (Unit, Money) {
        let parts = i64::from(self.parts);
        let (unit, cost) = match (self.account, self.price) {
            ("acme", _) => (Unit::Sms, Money::ONE.checked_mul(parts)),
            (_, Some(price)) => (valid("EUR"), Some(valid(price))),
            _ => (valid("EUR"), valid::<Money>("0.05").checked_mul(parts)),
        };
        (unit, cost.unwrap())
    }

    fn line(&self) -> String {
        let price = if self.account == "port" { self.price.map(valid::<Money>) } else { None };
        format!(
            "{} {} {} {} {} {} {price:?} {}",
            Timestamp::from_second(self.at).unwrap(),
            self.id,
            self.account,
            self.shown,
            self.state,
            self.parts,
            self.state.is_sent()
        )
    }
}

/// The messages in the database, as they are expected to be shown.
fn stored(fixture: &mut Fixture) -> Vec<String> {
    let mut lines = Vec::new();
    fixture.read(|now| {
        now.messages((0, i32::MAX), |StoredMessage { day, id, account_id: account, known, .. }| {
            let at = Timestamp::from_second(i64::from(day) * 86_400 + i64::from(known.second)).unwrap();
            let account = now.system_id_of(account)?;
            lines.push(format!(
                "{at} {id} {account} {} {} {} {:?} {}",
                known.destination, known.state, known.parts, known.price, known.charged
            ));
            Ok::<_, ssgctl::Error>(())
        })
    });
    lines.sort();
    lines
}

/// Asserts that the database has just these messages, and has charged those that were sent.
fn assert_has(fixture: &mut Fixture, messages: &[Sent]) {
    let mut lines: Vec<String> = messages.iter().map(Sent::line).collect();
    lines.sort();
    let stored = stored(fixture);
    for (line, stored) in lines.iter().zip(&stored) {
        assert_eq!(line, stored);
    }
    assert_eq!(lines.len(), stored.len());
    let mut costs: BTreeMap<&str, Money> = BTreeMap::new();
    for message in messages.iter().filter(|message| message.state.is_sent()) {
        let cost = message.cost().1;
        let sum = costs.entry(message.account).or_default();
        *sum = sum.checked_add(cost).unwrap();
    }
    for (customer, account, unit) in [("ACME", "acme", Unit::Sms), ("PORT", "port", valid("EUR"))] {
        let charged = fixture.balance(customer, unit).map_or(Money::ZERO, |balance| balance.balance);
        let cost = costs.get(account).copied().unwrap_or_default();
        assert_eq!(charged, cost.checked_neg().unwrap(), "{customer}");
    }
}

/// How a gateway writes its file.
pub struct Gateway<'a> {
    pub name: &'static str,
    pub header: &'a str,
    /// What stands between cells that need no quotes.
    pub separator: &'static str,
    pub zone: &'a str,
    /// Words that the operator gives a meaning.
    pub words: &'a [(&'a str, MessageState)],
    /// The cells of a message's row.
    pub row: &'a dyn Fn(&Sent) -> Vec<String>,
    /// Rows that are of no message to a handset, and those of messages that were refused before they got an ID.
    pub others: Vec<Vec<String>>,
    pub refused: Vec<Vec<String>>,
    /// Whether the file has the states of the messages.
    pub tells_states: bool,
}

impl Gateway<'_> {
    fn line(&self, cells: &[String]) -> String {
        let is_plain = cells.iter().all(|cell| !cell.contains([',', '"', '\n', '\r']));
        if is_plain {
            return cells.join(self.separator);
        }
        let cell = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
        cells.iter().map(cell).collect::<Vec<_>>().join(",")
    }

    /// The rows of a file: the other rows stand among those of messages.
    fn rows(&self, messages: &[Sent]) -> Vec<String> {
        let mut rows: Vec<String> = messages.iter().map(|message| self.line(&(self.row)(message))).collect();
        for (index, other) in self.others.iter().chain(&self.refused).enumerate() {
            rows.insert((index * 7 + 3).min(rows.len()), self.line(other));
        }
        rows
    }

    fn request(&self, fixture: &Fixture, name: &str, text: &str) -> ImportRequest {
        let words = self.words.iter().map(|(word, state)| ((*word).to_owned(), *state)).collect();
        let zone = TimeZone::get(self.zone).unwrap();
        ImportRequest { options: ParseOptions { zone, words, ..options() }, batch: 100, ..request(fixture, name, text) }
    }

    fn import(&self, fixture: &mut Fixture, name: &str, text: &str) -> TrafficSummary {
        let request = self.request(fixture, name, text);
        run(fixture, &request).unwrap_or_else(|error| panic!("{}: {error:?}", self.name))
    }

    fn tally(&self, [new, updated, duplicate]: [usize; 3]) -> TrafficTally {
        TrafficTally {
            new: new as u64,
            updated: updated as u64,
            duplicate: duplicate as u64,
            rejected: self.refused.len() as u64,
            skipped: self.others.len() as u64,
            refused: 0,
        }
    }

    /// Lives through the life of such files.
    pub fn archive_filter(&self, messages: &[Sent]) {
        let mut fixture = fixture();
        let text = format!("\u{feff}{}\r\n{}\r\n", self.header, self.rows(messages).join("\r\n"));
        let summary = self.import(&mut fixture, "a.csv", &text);
        assert_eq!((summary.dialect, summary.tally), (self.name, self.tally([messages.len(), 0, 0])));
        assert_has(&mut fixture, messages);
        let (before, state) = (fixture.dump(), state_of(&mut fixture));

        let again = self.import(&mut fixture, "b.csv", &text);
        assert_eq!((again.tally, again.repeats), (self.tally([0, 0, messages.len()]), Some(1)));
        assert!(before == fixture.dump(), "{}: the same file left a trace", self.name);

        let reversed = self.compressed(&mut fixture, messages);
        assert_eq!(reversed.tally, self.tally([0, 0, messages.len()]), "{}", self.name);
        assert!(state == state_of(&mut fixture), "{}: the same messages changed something", self.name);

        if self.tells_states {
            let delivered: Vec<Sent> =
                messages.iter().cloned().map(|sent| Sent { state: MessageState::Delivered, ..sent }).collect();
            let late = format!("{}\n{}\n", self.header, self.rows(&delivered).join("\n"));
            let updated = messages.iter().filter(|sent| sent.state != MessageState::Delivered).count();
            let summary = self.import(&mut fixture, "late.csv", &late);
            assert_eq!(summary.tally, self.tally([0, updated, messages.len() - updated]), "{}", self.name);
            assert_has(&mut fixture, &delivered);
        }
        assert_eq!(fixture.findings(), Vec::<String>::new());
        self.refuses_what_a_spreadsheet_spoilt(messages);
    }

    /// What is wrong with a file of these messages.
    pub fn faults(&self, messages: &[Sent]) -> Vec<String> {
        let mut fixture = fixture();
        let request =
            self.request(&fixture, "a.csv", &format!("{}\n{}\n", self.header, self.rows(messages).join("\n")));
        row_faults(run(&mut fixture, &request))
    }

    /// The messages from last to first, packed in two pieces as daily rotations are.
    fn compressed(&self, fixture: &mut Fixture, messages: &[Sent]) -> TrafficSummary {
        let mut rows = self.rows(messages);
        rows.reverse();
        let (first, second) = rows.split_at(rows.len() / 2);
        let mut bytes = Vec::new();
        for piece in [format!("{}\n{}\n", self.header, first.join("\n")), second.join("\n")] {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(piece.as_bytes()).unwrap();
            bytes.extend(packer.finish().unwrap());
        }
        let mut request = self.request(fixture, "c.csv.gz", "");
        let path = fixture.folder.path().join("c.csv.gz");
        fs::write(&path, bytes).unwrap();
        request.source = Source::new("c.csv.gz".to_owned(), fs::File::open(path).unwrap()).unwrap();
        run(fixture, &request).unwrap_or_else(|error| panic!("{}: {error:?}", self.name))
    }

    /// A number that a spreadsheet has rounded is never taken for what it was.
    fn refuses_what_a_spreadsheet_spoilt(&self, messages: &[Sent]) {
        let sound = &messages[1];
        let mut fixture = fixture();
        let before = fixture.dump();
        for spoilt in ["4.477E+11", "4,477E+11", "4E+11", "447700900123.0"] {
            for spoilt in [Sent { to: spoilt, ..sound.clone() }, Sent { id: spoilt.to_owned(), ..sound.clone() }] {
                let text = format!("{}\n{}\n", self.header, self.line(&(self.row)(&spoilt)));
                let request = self.request(&fixture, "spoilt.csv", &text);
                let row_faults = row_faults(run(&mut fixture, &request));
                assert!(
                    row_faults.len() == 1 && row_faults[0].contains("spreadsheet"),
                    "{}: {row_faults:?} of {text}",
                    self.name
                );
            }
        }
        assert!(before == fixture.dump());
    }
}

/// A moment as a clock on a wall shows it; and the same message at the moment for which that will be taken, which is the first
/// of two where the clock shows it twice.
pub fn on_the_wall(sent: &Sent, zone: &str) -> (String, Sent) {
    let zone = TimeZone::get(zone).unwrap();
    let wall = |at: i64| Timestamp::from_second(at).unwrap().to_zoned_datetime(zone.clone()).datetime();
    let first = if wall(sent.at - 3600) == wall(sent.at) { sent.at - 3600 } else { sent.at };
    (wall(sent.at).strftime("%Y-%m-%d %H:%M:%S").to_string(), Sent { at: first, ..sent.clone() })
}

/// The word of a list that a gateway has for a state, by the number of the message.
pub fn word(sent: &Sent, words: [&[&str]; 6]) -> String {
    let words = words[sent.state.number()];
    words[sent.number as usize / 6 % words.len()].to_owned()
}

/// A text of a message as people write them.
pub fn text(number: u32) -> String {
    ["Hello, \"you\"\r\nsecond line", "plain", "b'\\x00H\\x00i, it''s'", "4.477E+11", "", "  = 1+1; très drôle 😀"]
        [number as usize % 6]
        .to_owned()
}
