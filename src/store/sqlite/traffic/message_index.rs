//! The index of messages: which run of a day may have a message, by its fingerprint. `schema/016_layers.sql` specifies the format.

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Error, Result};
use crate::model::day_of;
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::traffic::blob;
use crate::store::sqlite::traffic::codec::Unreadable;
use crate::store::sqlite::traffic::layers::{Layer, LayerKind, add_layer, layers_of, remove_layers, to_merge};
use crate::store::sqlite::traffic::numbers::{Unpacker, add_number};

/// About the size of a row in bytes. SQLite moves the end of a longer one to a page of its own.
const ROW: usize = 940;
/// About the number of entries in a row.
const ENTRIES_A_ROW: usize = 400;
/// Reading the next row takes about a third of the time of looking one up.
const ROWS_A_LOOKUP: usize = 3;

/// A fingerprint in the upper half and, in the lower half, the run of its message.
pub(in crate::store::sqlite) type IndexEntry = u64;

/// Puts a fingerprint and a number together so that they sort by the fingerprint first.
pub(in crate::store::sqlite) fn entry(fingerprint: u32, number: u32) -> IndexEntry {
    u64::from(fingerprint) << 32 | u64::from(number)
}

/// The fingerprint of an entry.
pub(in crate::store::sqlite) fn fingerprint_of(entry: IndexEntry) -> u32 {
    u32::try_from(entry >> 32).unwrap_or_default()
}

/// The number of an entry.
pub(in crate::store::sqlite) fn number_of(entry: IndexEntry) -> u32 {
    u32::try_from(entry & u64::from(u32::MAX)).unwrap_or_default()
}

fn unreadable(day: i32) -> impl Fn(Unreadable) -> Error {
    move |Unreadable| Error::Damaged(format!("the index of the messages of {} cannot be read", day_of(day)))
}

/// Adds a layer to a day; the entries must be sorted. Merges layers where there are many.
pub(super) fn add_to_index(connection: &Connection, day: i32, entries: &[IndexEntry]) -> Result<()> {
    write_layer(connection, day, entries)?;
    while let Some(layers) = to_merge(&layers_of(connection, LayerKind::Index, day)?) {
        let merged = entries_of(connection, day, &layers)?;
        remove(connection, day, &layers)?;
        write_layer(connection, day, &merged)?;
    }
    Ok(())
}

/// Removes the entries of some runs from a day.
pub(super) fn remove_from_index(connection: &Connection, day: i32, runs: &[u32]) -> Result<()> {
    for layer in layers_of(connection, LayerKind::Index, day)? {
        let mut entries = entries_of(connection, day, &[layer])?;
        let before = entries.len();
        entries.retain(|entry| !runs.contains(&number_of(*entry)));
        if entries.len() < before {
            remove(connection, day, &[layer])?;
            write_layer(connection, day, &entries)?;
        }
    }
    Ok(())
}

fn remove(connection: &Connection, day: i32, layers: &[Layer]) -> Result<()> {
    let mut remove = connection.prepare_cached("DELETE FROM message_index WHERE day = ?1 AND layer = ?2")?;
    for layer in layers {
        remove.execute((day, layer.number))?;
    }
    remove_layers(connection, LayerKind::Index, day, layers)
}

/// All entries of some layers, sorted.
fn entries_of(connection: &Connection, day: i32, layers: &[Layer]) -> Result<Vec<IndexEntry>> {
    let mut entries = Vec::new();
    for layer in layers {
        each_row(connection, day, layer, |first, bytes| {
            read(first, bytes, |entry| entries.push(entry)).map_err(unreadable(day))
        })?;
    }
    #[expect(
        clippy::stable_sort_primitive,
        reason = "the layers are sorted, and this sort takes sorted stretches as they are"
    )]
    entries.sort();
    Ok(entries)
}

/// All entries of a day, sorted.
pub(in crate::store::sqlite) fn index_of_day(connection: &Connection, day: i32) -> Result<Vec<IndexEntry>> {
    entries_of(connection, day, &layers_of(connection, LayerKind::Index, day)?)
}

fn each_row(
    connection: &Connection,
    day: i32,
    layer: &Layer,
    mut each: impl FnMut(u32, &[u8]) -> Result<()>,
) -> Result<()> {
    let sql = "SELECT first, entries FROM message_index WHERE day = ?1 AND layer = ?2 ORDER BY first";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((day, layer.number))?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, blob(row, 1)?)?;
    }
    Ok(())
}

fn write_layer(connection: &Connection, day: i32, entries: &[IndexEntry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let layer = add_layer(connection, LayerKind::Index, day, entries.len())?;
    let mut rows = Vec::with_capacity(entries.len() / ENTRIES_A_ROW + 1);
    let mut rest = entries;
    while let Some(first) = rest.first() {
        let (bytes, taken) = pack(rest);
        rows.push((fingerprint_of(*first), bytes));
        rest = &rest[taken..];
    }
    let insert =
        |rows: usize| format!("INSERT OR FAIL INTO message_index VALUES {}", vec!["(?,?,?,?)"; rows].join(","));
    write_rows(connection, &rows, insert, |statement, (first, bytes)| {
        statement.bind(day)?;
        statement.bind(layer)?;
        statement.bind(first)?;
        statement.bind(bytes)
    })
}

/// Encodes the first entries, as many as a row has; returns how many those are.
fn pack(entries: &[IndexEntry]) -> (Vec<u8>, usize) {
    // Most rows are of one run.
    pack_as(entries, true).or_else(|| pack_as(entries, false)).unwrap_or_default()
}

/// The same, as entries of one run or of several; `None` if they are of several and should be of one.
fn pack_as(entries: &[IndexEntry], are_of_one_run: bool) -> Option<(Vec<u8>, usize)> {
    let (mut last, run) = (fingerprint_of(*entries.first()?), number_of(*entries.first()?));
    let mut bytes = Vec::with_capacity(ROW + 16);
    add_number(&mut bytes, if are_of_one_run { u64::from(run) + 1 } else { 0 });
    for (taken, entry) in entries.iter().enumerate() {
        let fingerprint = fingerprint_of(*entry);
        if bytes.len() >= ROW && fingerprint != last {
            return Some((bytes, taken));
        }
        add_number(&mut bytes, u64::from(fingerprint - last));
        if !are_of_one_run {
            add_number(&mut bytes, number_of(*entry).into());
        } else if number_of(*entry) != run {
            return None;
        }
        last = fingerprint;
    }
    Some((bytes, entries.len()))
}

/// Decodes a row.
fn read(first: u32, bytes: &[u8], mut each: impl FnMut(IndexEntry)) -> Result<(), Unreadable> {
    let mut unpacker = Unpacker::of(bytes);
    let common = unpacker.number(1 << 32).ok_or(Unreadable)?;
    let mut fingerprint = u64::from(first);
    while !unpacker.is_at_end() {
        fingerprint += unpacker.number(u32::MAX.into()).ok_or(Unreadable)?;
        let run = match common {
            0 => unpacker.number(u32::MAX.into()).ok_or(Unreadable)?,
            common => common - 1,
        };
        each(fingerprint << 32 | run);
    }
    Ok(())
}

/// Passes each run that may have one of some messages to `each`, with the number of the message. `wanted` has their fingerprints
/// and numbers, sorted.
pub(super) fn runs_of(
    connection: &Connection,
    day: i32,
    wanted: &[IndexEntry],
    mut each: impl FnMut(u32, u32),
) -> Result<()> {
    for layer in layers_of(connection, LayerKind::Index, day)? {
        let rows = usize::try_from(layer.size).unwrap_or(usize::MAX) / ENTRIES_A_ROW;
        if wanted.len().saturating_mul(ROWS_A_LOOKUP) > rows {
            let mut rest = wanted;
            each_row(connection, day, &layer, |first, bytes| {
                read(first, bytes, |entry| rest = pass(rest, entry, &mut each)).map_err(unreadable(day))
            })?;
        } else {
            look_up(connection, day, &layer, wanted, &mut each)?;
        }
    }
    Ok(())
}

/// Passes the run of an entry with the numbers of the messages that have its fingerprint to `each`; returns the messages whose
/// fingerprint is not below it.
fn pass<'w>(wanted: &'w [IndexEntry], entry: IndexEntry, each: &mut impl FnMut(u32, u32)) -> &'w [IndexEntry] {
    let fingerprint = fingerprint_of(entry);
    // Most entries lie between two that are wanted.
    if wanted.first().is_none_or(|next| fingerprint_of(*next) > fingerprint) {
        return wanted;
    }
    let mut rest = wanted;
    while let Some((first, others)) = rest.split_first()
        && fingerprint_of(*first) < fingerprint
    {
        rest = others;
    }
    rest.iter()
        .take_while(|one| fingerprint_of(**one) == fingerprint)
        .for_each(|one| each(number_of(entry), number_of(*one)));
    rest
}

/// The same as reading a layer through, for few messages.
fn look_up(
    connection: &Connection,
    day: i32,
    layer: &Layer,
    wanted: &[IndexEntry],
    each: &mut impl FnMut(u32, u32),
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT first, entries FROM message_index WHERE day = ?1 AND layer = ?2 AND first <= ?3
         ORDER BY first DESC LIMIT 1",
    )?;
    for same in wanted.chunk_by(|one, next| fingerprint_of(*one) == fingerprint_of(*next)) {
        let found = statement.query_row((day, layer.number, fingerprint_of(same[0])), |row| {
            let mut rest = same;
            Ok(blob(row, 1).and_then(|bytes| {
                read(row.get(0)?, bytes, |entry| rest = pass(rest, entry, each)).map_err(unreadable(day))
            }))
        });
        found.optional()?.transpose()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unpacked(rows: &[(u32, Vec<u8>)]) -> Result<Vec<IndexEntry>, Unreadable> {
        let mut entries = Vec::new();
        for (first, bytes) in rows {
            read(*first, bytes, |entry| entries.push(entry))?;
        }
        Ok(entries)
    }

    proptest! {
        #[test]
        fn entries_come_out_again_and_equal_fingerprints_lie_together(
            mut entries in proptest::collection::vec((any::<u32>(), 0..3_u32, 1..4_u32), 0..3_000), spread: bool, runs in 1..3_u32
        ) {
            let mut all: Vec<IndexEntry> = entries
                .drain(..)
                .flat_map(|(fingerprint, run, times)| {
                    let fingerprint = if spread { fingerprint } else { fingerprint % 40 };
                    (0..times).map(move |time| entry(fingerprint, (run + time) % runs))
                })
                .collect();
            all.sort_unstable();
            let (mut rows, mut rest) = (Vec::new(), &*all);
            while let Some(first) = rest.first() {
                let (bytes, taken) = pack(rest);
                rows.push((fingerprint_of(*first), bytes));
                rest = &rest[taken..];
            }
            prop_assert!(rows.is_sorted_by(|one, next| one.0 < next.0));
            prop_assert_eq!(unpacked(&rows), Ok(all));
        }

        #[test]
        fn whatever_the_bytes_are_reading_ends(first: u32, bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut entries = 0;
            let _ = read(first, &bytes, |_| entries += 1);
            prop_assert!(entries <= bytes.len());
        }
    }
}
