//! Numbers in a few bytes, of which packed rows consist.

/// Adds an unsigned LEB128 number: seven bits a byte, the lowest first; all bytes but the last have their highest bit set.
pub(super) fn add_number(bytes: &mut Vec<u8>, number: u64) {
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    bytes.push(rest.to_le_bytes()[0]);
}

/// Reads packed bytes from their beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything is read: after an error, nothing more is.
    pub(super) fn end(&mut self) {
        self.0 = &[];
    }

    /// The next number; `None` if it is larger than `most`, or there is none.
    #[inline]
    pub(super) fn number(&mut self, most: u64) -> Option<u64> {
        let bits = |byte: u8, shift: u32| u64::from(byte & 0x7f) << shift;
        // Most numbers have one byte or two; the distances of fingerprints in a layer of some thousand messages have three or four.
        let (number, rest) = match *self.0 {
            [one @ ..0x80, ref rest @ ..] => (bits(one, 0), rest),
            [one, two @ ..0x80, ref rest @ ..] => (bits(one, 0) | bits(two, 7), rest),
            [one, two, three @ ..0x80, ref rest @ ..] => (bits(one, 0) | bits(two, 7) | bits(three, 14), rest),
            [one, two, three, four @ ..0x80, ref rest @ ..] => {
                (bits(one, 0) | bits(two, 7) | bits(three, 14) | bits(four, 21), rest)
            }
            _ => return self.long_number().filter(|number| *number <= most),
        };
        self.0 = rest;
        (number <= most).then_some(number)
    }

    fn long_number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = *self.take::<1>()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
    }

    /// The next bytes, whose length precedes them.
    pub(super) fn take_part(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number(u64::from(u32::MAX))?).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_out_again(numbers in proptest::collection::vec(prop_oneof![0..300_u64, 0..70_000_u64, 0..1_u64 << 29, any::<u64>()], 0..20)) {
            let mut bytes = Vec::new();
            for number in &numbers {
                add_number(&mut bytes, *number);
            }
            let mut unpacker = Unpacker::of(&bytes);
            for number in numbers {
                if number > 0 {
                    prop_assert_eq!(unpacker.clone().number(number - 1), None);
                }
                prop_assert_eq!(unpacker.number(number), Some(number));
            }
            prop_assert!(unpacker.is_at_end());
        }

        #[test]
        fn whatever_the_bytes_are_reading_ends(bytes in proptest::collection::vec(any::<u8>(), 0..30)) {
            let mut unpacker = Unpacker::of(&bytes);
            prop_assert!((0..30).any(|_| unpacker.number(u64::MAX).is_none()));
        }
    }
}
