//! Encodes second, state, charged and parts of a message in one integer, the column `packed`. `schema/001_initial.sql`
//! specifies the bits.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::model::MessageState;

const SECOND_BITS: u32 = 17;
const STATE_BITS: u32 = 3;
const CHARGED_BITS: u32 = 1;

/// The values of the column `packed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct PackedMessage {
    /// Second of the day.
    pub(in crate::store::sqlite) second: u32,
    pub(in crate::store::sqlite) state: MessageState,
    pub(in crate::store::sqlite) charged: bool,
    pub(in crate::store::sqlite) parts: u16,
}

impl ToSql for PackedMessage {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let Self { second, state, charged, parts } = *self;
        let above_second = u64::from(parts) << CHARGED_BITS | u64::from(charged);
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
        let out_of_range = || FromSqlError::OutOfRange(number);
        Ok(Self {
            second: u32::try_from(second).map_err(|_| out_of_range())?,
            state: usize::try_from(state).ok().and_then(MessageState::from_number).ok_or_else(out_of_range)?,
            charged: charged == 1,
            parts: u16::try_from(rest).map_err(|_| out_of_range())?,
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
        let highest = PackedMessage { second: 86_399, state: MessageState::Delivered, charged: true, parts: u16::MAX };
        assert_eq!(number_of(highest), 86_399 + (5 << 17) + (1 << 20) + (65_535 << 21));
        let few = number_of(PackedMessage { parts: 3, ..highest });
        assert!(few < 1 << 23, "{few} takes more than three bytes");
    }

    proptest! {
        #[test]
        fn what_was_told_is_read_again(
            second in 0..86_400_u32, state in 0..6_usize, charged: bool, parts in 1..=u16::MAX
        ) {
            let state = MessageState::from_number(state).expect("a state");
            let packed = PackedMessage { second, state, charged, parts };
            prop_assert_eq!(PackedMessage::column_result(ValueRef::Integer(number_of(packed))), Ok(packed));
        }
    }

    #[test]
    fn a_number_of_no_message_is_refused() {
        for number in [-1, 6 << 17 | 1 << 21, 65_536 << 21] {
            assert_eq!(PackedMessage::column_result(ValueRef::Integer(number)), Err(FromSqlError::OutOfRange(number)));
        }
    }
}
