//! The layers of a day. Each batch of an import adds one, and layers of about the same size are merged, as in a log-structured
//! store: so a batch costs what it brings, each item is written again only a few times, and a day has few layers to look through.

use rusqlite::Connection;

use crate::error::Result;

/// The number of layers of about the same size that are merged into one; the next size is this many times as large.
const FAN_IN: usize = 8;

/// Layers of this size are not merged: looking through one more costs less than writing two million items again.
const LARGEST: i64 = 1 << 21;

/// What the layers hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) enum LayerKind {
    /// Rows of `message_index`.
    Index,
    /// Rows of `traffic_daily`.
    Sums,
}

impl LayerKind {
    pub(in crate::store::sqlite) const fn word(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Sums => "sums",
        }
    }
}

/// A layer, and how many items it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Layer {
    pub(in crate::store::sqlite) number: i64,
    pub(in crate::store::sqlite) size: i64,
}

/// The layers of a day, in the order in which they were written.
pub(in crate::store::sqlite) fn layers_of(connection: &Connection, kind: LayerKind, day: i32) -> Result<Vec<Layer>> {
    let mut statement = connection
        .prepare_cached("SELECT layer, size FROM traffic_layer WHERE day = ?1 AND kind = ?2 ORDER BY layer")?;
    let layers = statement.query_map((day, kind.word()), |row| Ok(Layer { number: row.get(0)?, size: row.get(1)? }))?;
    Ok(layers.collect::<rusqlite::Result<_>>()?)
}

/// Adds a layer to a day, without its items; returns its number.
pub(super) fn add_layer(connection: &Connection, kind: LayerKind, day: i32, size: usize) -> Result<i64> {
    let number = layers_of(connection, kind, day)?.last().map_or(0, |layer| layer.number + 1);
    connection.prepare_cached("INSERT INTO traffic_layer VALUES (?1, ?2, ?3, ?4)")?.execute((
        day,
        kind.word(),
        number,
        i64::try_from(size).unwrap_or(i64::MAX),
    ))?;
    Ok(number)
}

/// Removes some layers of a day, without their items.
pub(super) fn remove_layers(connection: &Connection, kind: LayerKind, day: i32, layers: &[Layer]) -> Result<()> {
    let mut statement =
        connection.prepare_cached("DELETE FROM traffic_layer WHERE day = ?1 AND kind = ?2 AND layer = ?3")?;
    for layer in layers {
        statement.execute((day, kind.word(), layer.number))?;
    }
    Ok(())
}

/// The layers that are to be merged now, if any.
pub(super) fn to_merge(layers: &[Layer]) -> Option<Vec<Layer>> {
    let level = |layer: &Layer| layer.size.max(1).ilog2() / FAN_IN.ilog2();
    let mergeable = || layers.iter().filter(|layer| layer.size < LARGEST);
    let full = mergeable().map(level).find(|of| mergeable().filter(|layer| level(layer) == *of).count() >= FAN_IN)?;
    Some(mergeable().filter(|layer| level(layer) == full).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sizes of layers and how often an item was written, after batches of some sizes.
    fn after(batches: impl Iterator<Item = i64>) -> (Vec<i64>, i64) {
        let (mut layers, mut written, mut number) = (Vec::new(), 0, 0..);
        let mut add = |layers: &mut Vec<Layer>, size| {
            layers.push(Layer { number: number.next().expect("endless"), size });
            written += size;
        };
        for size in batches {
            add(&mut layers, size);
            while let Some(merged) = to_merge(&layers) {
                layers.retain(|layer| !merged.contains(layer));
                add(&mut layers, merged.iter().map(|layer| layer.size).sum());
            }
        }
        (layers.iter().map(|layer| layer.size).collect(), written)
    }

    #[test]
    fn a_day_of_many_files_has_few_layers_and_writes_each_item_few_times() {
        assert_eq!(after([7; 7].into_iter()).0, [7; 7]);
        assert_eq!(after([7; 8].into_iter()).0, [56]);
        let (hourly, written) = after((0..24).map(|_| 167_000));
        assert_eq!((hourly, written), (vec![1_336_000; 3], 2 * 24 * 167_000));
        let (layers, written) = after((0..288).map(|_| 13_900));
        assert_eq!((layers.len(), written), (8, (288 + 288 + 256) * 13_900));
        let (layers, written) = after((0..288).map(|file| 1 + file * 97 % 14_000));
        assert!(layers.len() < 24 && written < 4 * layers.iter().sum::<i64>(), "{layers:?} {written}");
    }

    #[test]
    fn the_largest_layers_are_left_alone() {
        assert_eq!(after((0..20).map(|_| LARGEST)).0, [LARGEST; 20]);
    }
}
