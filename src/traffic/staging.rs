//! Stages parsed rows, in the order of the file, until the whole file is verified. Later stages do not need the text any more.
//!
//! A message takes some 40 bytes. Small files stay in memory; large ones go to a file without a name next to the database, which
//! disappears with the process. Rows are packed in blocks that can be read independently, so that several threads can pack them.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::{Destination, Message, MessageId, MessageState, MobileNetwork, Money};
use crate::store::files::temporary_file;
use crate::traffic::staged_row::{NonMessage, StagedRow};

/// The size of what is kept in memory: a day of a small gateway.
const ROOM: usize = 1 << 20;

// The first two bytes of a row: the state of a message, or what else the row is, and flags for what follows only where it differs
// from the usual.
const WHAT: u16 = 0xf;
/// The row is not on the line after the previous one.
const HAS_LINE: u16 = 1 << 4;
/// The message is of another day than the previous one.
const HAS_DAY: u16 = 1 << 5;
/// The message does not have exactly one part.
const HAS_PARTS: u16 = 1 << 6;
const HAS_PRICE: u16 = 1 << 7;
const HAS_TEXT_AS_ID: u16 = 1 << 8;
const HAS_TEXT_AS_DESTINATION: u16 = 1 << 9;
const HAS_NETWORK: u16 = 1 << 10;

/// The approximate size of a row in bytes.
const TYPICAL: usize = 40;

/// Consecutive rows, packed.
#[derive(Debug, Default)]
pub(crate) struct PackedRows {
    bytes: Vec<u8>,
    last: Last,
}

/// What a row is encoded relative to.
#[derive(Debug, Default, Clone, Copy)]
struct Last {
    line: u64,
    day: i32,
}

impl PackedRows {
    /// With room for about this many rows.
    pub(crate) fn with_room_for(rows: usize) -> Self {
        Self { bytes: Vec::with_capacity(rows * TYPICAL), last: Last::default() }
    }

    /// Adds a message and the line of its row.
    pub(crate) fn add_message(&mut self, line: u64, message: &Message) {
        let begin = self.begin(line, message.state as u16);
        let bytes = &mut self.bytes;
        let mut flags = 0;
        bytes.extend_from_slice(&message.second.to_le_bytes());
        bytes.extend_from_slice(&message.account_id.to_le_bytes());
        if message.day != self.last.day {
            flags |= HAS_DAY;
            bytes.extend_from_slice(&message.day.to_le_bytes());
            self.last.day = message.day;
        }
        if message.parts != 1 {
            flags |= HAS_PARTS;
            bytes.extend_from_slice(&message.parts.to_le_bytes());
        }
        if let Some(price) = message.price {
            flags |= HAS_PRICE;
            bytes.extend_from_slice(&price.e8().to_le_bytes());
        }
        if let Some(network) = message.network {
            flags |= HAS_NETWORK;
            bytes.extend_from_slice(&network.number().to_le_bytes());
        }
        match &message.id {
            MessageId::Uuid(uuid) => bytes.extend_from_slice(uuid),
            MessageId::Text(text) => {
                flags |= HAS_TEXT_AS_ID;
                add_text(bytes, text);
            }
        }
        match &message.destination {
            Destination::Number(number) => bytes.extend_from_slice(&number.to_le_bytes()),
            Destination::Other(text) => {
                flags |= HAS_TEXT_AS_DESTINATION;
                add_text(bytes, text);
            }
        }
        let [low, high] = flags.to_le_bytes();
        bytes[begin] |= low;
        bytes[begin + 1] |= high;
    }

    /// Adds another row.
    pub(crate) fn add_other(&mut self, line: u64, aside: NonMessage) {
        self.begin(line, aside as u16);
    }

    /// Adds the beginning that all rows have; returns the position of the flags.
    fn begin(&mut self, line: u64, what: u16) -> usize {
        let begin = self.bytes.len();
        if line == self.last.line + 1 {
            self.bytes.extend_from_slice(&what.to_le_bytes());
        } else {
            self.bytes.extend_from_slice(&(what | HAS_LINE).to_le_bytes());
            self.bytes.extend_from_slice(&line.to_le_bytes());
        }
        self.last.line = line;
        begin
    }
}

#[expect(clippy::cast_possible_truncation, reason = "IDs have at most 64 bytes and destinations 40 characters")]
fn add_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// All rows of a file: packed blocks, each preceded by its length.
#[derive(Debug)]
pub(crate) struct Staging {
    /// The file whose folder has room for the staged rows.
    database: PathBuf,
    kept: Kept,
    bytes: u64,
    room: usize,
}

#[derive(Debug)]
enum Kept {
    InMemory(Vec<u8>),
    OnDisk(File),
}

impl Staging {
    /// An empty one.
    pub(crate) fn next_to(path: &Path) -> Self {
        Self { database: path.to_owned(), kept: Kept::InMemory(Vec::new()), bytes: 0, room: ROOM }
    }

    /// Adds the next rows.
    pub(crate) fn add(&mut self, rows: &PackedRows) -> Result<()> {
        let length = (rows.bytes.len() as u64).to_le_bytes();
        if let Kept::InMemory(kept) = &mut self.kept
            && kept.len() + rows.bytes.len() > self.room
        {
            let kept = std::mem::take(kept);
            self.kept = Kept::OnDisk(temporary_file(&self.database)?);
            self.write(&kept)?;
        }
        self.write(&length)?;
        self.write(&rows.bytes)?;
        self.bytes += (length.len() + rows.bytes.len()) as u64;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.kept {
            Kept::InMemory(kept) => kept.extend_from_slice(bytes),
            Kept::OnDisk(file) => file.write_all(bytes).map_err(|error| {
                let database = self.database.display();
                Error::io(format_args!("keep the rows of the file, some 40 bytes each, next to {database}"), &error)
            })?,
        }
        Ok(())
    }

    /// Reads the rows from the beginning.
    pub(crate) fn rows(&self) -> StagedRows<'_> {
        StagedRows { staging: self, next_part: 0, part: Vec::new(), place: 0, last: Last::default() }
    }

    fn read(&self, bytes: &mut [u8], place: u64) -> Result<()> {
        match &self.kept {
            Kept::InMemory(kept) => {
                let from = usize::try_from(place).ok().and_then(|place| kept.get(place..)?.get(..bytes.len()));
                bytes.copy_from_slice(from.ok_or_else(broken)?);
                Ok(())
            }
            Kept::OnDisk(file) => {
                file.read_exact_at(bytes, place).map_err(|error| Error::io("read the rows that were kept", &error))
            }
        }
    }
}

fn broken() -> Error {
    Error::Internal("the rows of the file are not as they were kept".to_owned())
}

/// Reads staged rows.
pub(crate) struct StagedRows<'a> {
    staging: &'a Staging,
    /// The position of the next block.
    next_part: u64,
    part: Vec<u8>,
    /// The position within the block.
    place: usize,
    last: Last,
}

impl StagedRows<'_> {
    /// The part of a file of `size` bytes that corresponds to the rows read so far.
    pub(crate) fn done(&self, size: u64) -> u64 {
        let done = self.next_part - (self.part.len() - self.place) as u64;
        u64::try_from(u128::from(size) * u128::from(done) / u128::from(self.staging.bytes.max(1))).unwrap_or(size)
    }

    /// The next row and its line; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, StagedRow)>> {
        while self.place == self.part.len() {
            if self.next_part == self.staging.bytes {
                return Ok(None);
            }
            self.read_part()?;
        }
        self.next_of_part().map(Some).ok_or_else(broken)
    }

    fn read_part(&mut self) -> Result<()> {
        let mut length = [0; 8];
        self.staging.read(&mut length, self.next_part)?;
        let begin = self.next_part + length.len() as u64;
        let length = u64::from_le_bytes(length);
        self.part.resize(usize::try_from(length).map_err(|_| broken())?, 0);
        self.staging.read(&mut self.part, begin)?;
        (self.next_part, self.place, self.last) = (begin + length, 0, Last::default());
        Ok(())
    }

    fn next_of_part(&mut self) -> Option<(u64, StagedRow)> {
        let mut rest = Bytes(&self.part[self.place..]);
        let head = u16::from_le_bytes(rest.take()?);
        let line = if head & HAS_LINE == 0 { self.last.line + 1 } else { u64::from_le_bytes(rest.take()?) };
        self.last.line = line;
        let what = head & WHAT;
        let row = match NonMessage::ALL.into_iter().find(|aside| *aside as u16 == what) {
            Some(aside) => StagedRow::NonMessage(aside),
            None => StagedRow::Message(rest.take_message(head, &mut self.last.day)?),
        };
        self.place = self.part.len() - rest.0.len();
        Some((line, row))
    }
}

/// Packed bytes that were not decoded yet.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    fn take_text(&mut self) -> Option<Box<str>> {
        let length = u16::from_le_bytes(self.take()?);
        let (text, rest) = self.0.split_at_checked(length.into())?;
        self.0 = rest;
        std::str::from_utf8(text).ok().map(Box::from)
    }

    fn take_message(&mut self, head: u16, day: &mut i32) -> Option<Message> {
        let has = |flag| head & flag != 0;
        let state = MessageState::from_number(usize::from(head & WHAT))?;
        let (second, account_id) = (u32::from_le_bytes(self.take()?), i64::from_le_bytes(self.take()?));
        if has(HAS_DAY) {
            *day = i32::from_le_bytes(self.take()?);
        }
        let parts = if has(HAS_PARTS) { u16::from_le_bytes(self.take()?) } else { 1 };
        let price = if has(HAS_PRICE) { Some(Money::from_e8(i64::from_le_bytes(self.take()?))) } else { None };
        let network =
            if has(HAS_NETWORK) { Some(MobileNetwork::from_number(u32::from_le_bytes(self.take()?))?) } else { None };
        let id = if has(HAS_TEXT_AS_ID) { MessageId::Text(self.take_text()?) } else { MessageId::Uuid(self.take()?) };
        let destination = if has(HAS_TEXT_AS_DESTINATION) {
            Destination::Other(self.take_text()?)
        } else {
            Destination::Number(u64::from_le_bytes(self.take()?))
        };
        Some(Message { day: *day, id, account_id, second, state, destination, parts, price, network })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message() -> impl Strategy<Value = Message> {
        let id = prop_oneof![
            any::<[u8; 16]>().prop_map(MessageId::Uuid),
            "[!-~]{1,64}".prop_map(|text| MessageId::Text(text.into()))
        ];
        let destination = prop_oneof![
            any::<u64>().prop_map(Destination::Number),
            "[^\\pC]{1,40}".prop_map(|text| Destination::Other(text.into()))
        ];
        let price = proptest::option::of(any::<i64>().prop_map(Money::from_e8));
        let numbers = (any::<i64>(), 0_u32..86_400, 0..MessageState::ALL.len());
        let parts = prop_oneof![Just(1), any::<u16>()];
        let network = proptest::option::of(
            (20_000..79_999_u32).prop_map(|number| MobileNetwork::from_number(number).expect("one")),
        );
        (prop_oneof![0..3, any::<i32>()], id, numbers, destination, parts, (price, network)).prop_map(
            |(day, id, (account_id, second, state), destination, parts, (price, network))| {
                let state = MessageState::ALL[state];
                Message { day, id, account_id, second, state, destination, parts, price, network }
            },
        )
    }

    fn row() -> impl Strategy<Value = StagedRow> {
        let aside = (0..NonMessage::ALL.len()).prop_map(|place| StagedRow::NonMessage(NonMessage::ALL[place]));
        prop_oneof![4 => message().prop_map(StagedRow::Message), 1 => aside]
    }

    fn taken_out(staging: &Staging) -> Vec<(u64, StagedRow)> {
        let mut rows = staging.rows();
        std::iter::from_fn(|| rows.next().expect("as it was kept")).collect()
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_out_again_from_memory_and_from_disk(
            parts in proptest::collection::vec(proptest::collection::vec((0..3_u64, row()), 0..8), 0..6),
            room in 0..2_000_usize
        ) {
            let folder = tempfile::tempdir().expect("folder");
            let mut staging = Staging { room, ..Staging::next_to(&folder.path().join("a.db")) };
            let (mut line, mut expected) = (1, Vec::new());
            for rows in parts {
                let mut packed = PackedRows::default();
                for (lines, row) in rows {
                    line += lines;
                    match &row {
                        StagedRow::Message(message) => packed.add_message(line, message),
                        StagedRow::NonMessage(aside) => packed.add_other(line, *aside),
                    }
                    expected.push((line, row));
                }
                staging.add(&packed).expect("kept");
            }
            prop_assert_eq!(&taken_out(&staging), &expected);
            prop_assert_eq!(taken_out(&staging), expected, "once more");
        }
    }

    #[test]
    fn rows_beyond_the_room_lie_in_a_file_without_a_name() {
        let folder = tempfile::tempdir().expect("folder");
        let mut staging = Staging { room: 100, ..Staging::next_to(&folder.path().join("a.db")) };
        let mut packed = PackedRows::default();
        (1..=30).for_each(|line| packed.add_other(line, NonMessage::Other));
        let place_of = |staging: &Staging| matches!(staging.kept, Kept::OnDisk(_));
        let mut are_on_disk = Vec::new();
        for _ in 0..3 {
            staging.add(&packed).expect("kept");
            are_on_disk.push(place_of(&staging));
        }
        assert_eq!(are_on_disk, [false, true, true]);
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0);
        let mut rows = staging.rows();
        assert_eq!(rows.done(900), 0);
        for _ in 0..45 {
            assert!(rows.next().expect("kept").is_some());
        }
        assert!((430..=470).contains(&rows.done(900)), "{}", rows.done(900));
        while rows.next().expect("kept").is_some() {}
        assert_eq!(rows.done(900), 900);
    }
}
