//! Encodes second, state, charged, parts and network of a message in one integer, the column `packed`. `schema/019_prices.sql`
//! specifies the bits.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::model::{MessageState, MobileNetwork};

const SECOND_BITS: u32 = 17;
const STATE_BITS: u32 = 3;
const CHARGED_BITS: u32 = 1;
const PARTS_BITS: u32 = 16;

/// The values of the column `packed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct PackedMessage {
    /// Second of the day.
    pub(in crate::store::sqlite) second: u32,
    pub(in crate::store::sqlite) state: MessageState,
    pub(in crate::store::sqlite) charged: bool,
    pub(in crate::store::sqlite) parts: u16,
    pub(in crate::store::sqlite) network: Option<MobileNetwork>,
}

impl ToSql for PackedMessage {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let Self { second, state, charged, parts, network } = *self;
        let above_charged = u64::from(network.map_or(0, MobileNetwork::number)) << PARTS_BITS | u64::from(parts);
        let above_second = above_charged << CHARGED_BITS | u64::from(charged);
        let number = (above_second << STATE_BITS | state.number() as u64) << SECOND_BITS | u64::from(second);
        Ok(ToSqlOutput::from(number.cast_signed()))
    }
}

impl FromSql for PackedMessage {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        let mut rest = number;
        let mut lowest = |bits: u32| {
            let taken = rest & ((1 << bits) - 1);
            rest >>= bits;
            taken
        };
        let (second, state, charged) = (lowest(SECOND_BITS), lowest(STATE_BITS), lowest(CHARGED_BITS));
        let parts = lowest(PARTS_BITS);
        let out_of_range = || FromSqlError::OutOfRange(number);
        Ok(Self {
            second: u32::try_from(second).map_err(|_| out_of_range())?,
            state: usize::try_from(state).ok().and_then(MessageState::from_number).ok_or_else(out_of_range)?,
            charged: charged == 1,
            parts: u16::try_from(parts).map_err(|_| out_of_range())?,
            network: match u32::try_from(rest) {
                Ok(0) => None,
                network => Some(network.ok().and_then(MobileNetwork::from_number).ok_or_else(out_of_range)?),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rusqlite::types::Value;

    fn number_of(packed: PackedMessage) -> i64 {
        match packed.to_sql() {
            Ok(ToSqlOutput::Owned(Value::Integer(number))) => number,
            _ => i64::MIN,
        }
    }

    #[test]
    fn the_number_is_the_one_that_the_schema_describes() {
        let highest = PackedMessage {
            second: 86_399,
            state: MessageState::Delivered,
            charged: true,
            parts: u16::MAX,
            network: None,
        };
        assert_eq!(number_of(highest), 86_399 + (5 << 17) + (1 << 20) + (65_535 << 21));
        let network = MobileNetwork::from_number(310_260);
        assert_eq!(number_of(PackedMessage { network, ..highest }), number_of(highest) + (310_260 << 37));
        let few = number_of(PackedMessage { parts: 3, ..highest });
        assert!(few < 1 << 23, "{few} takes more than three bytes");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            second in 0..86_400_u32, state in 0..6_usize, charged: bool, parts in 1..=u16::MAX, network in 200_000..799_999_u32
        ) {
            let network = MobileNetwork::from_number(network).filter(|_| parts % 2 == 0);
            let state = MessageState::from_number(state).expect("a state");
            let packed = PackedMessage { second, state, charged, parts, network };
            prop_assert_eq!(PackedMessage::column_result(ValueRef::Integer(number_of(packed))), Ok(packed));
        }
    }

    #[test]
    fn a_number_of_no_message_is_refused() {
        for number in [-1, 6 << 17 | 1 << 21, 1 << 37, 19_999 << 37] {
            assert_eq!(PackedMessage::column_result(ValueRef::Integer(number)), Err(FromSqlError::OutOfRange(number)));
        }
    }
}
