//! Finds messages that occur more than once in a file, with one machine word of memory per message.
//!
//! The filter stores a fingerprint of each key and of the content that matters for money. Equal fingerprints need not mean equal
//! messages: where two seem to contradict each other, the rows themselves are compared. A file with more messages than the filter
//! can hold is read several times, once for each share of its messages.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::model::Message;

/// Maximum number of fingerprints in memory: 128 MiB.
const MOST: usize = 1 << 24;

/// An empty slot. No fingerprint is zero, because its last bit is always set.
const FREE: u64 = 0;

/// How a message relates to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurrence {
    First,
    /// An earlier message has the same key and content.
    Repeat,
    /// An earlier message seems to have the same key and other content; contains the fingerprint of the key.
    Conflict(u64),
    /// It belongs to a share that is examined in another pass.
    OfOtherShare,
}

/// The fingerprints of the key and the content of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageFingerprint {
    key: u64,
    content: u64,
}

/// Computes fingerprints, with the same seed in all threads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fingerprints(RandomState);

impl Fingerprints {
    /// The fingerprint of a key.
    pub(crate) fn of_key(&self, message: &Message) -> u64 {
        self.0.hash_one(message.key())
    }

    pub(crate) fn of(&self, message: &Message) -> MessageFingerprint {
        let content = self.0.hash_one((&message.destination, message.parts, message.price));
        MessageFingerprint { key: self.of_key(message), content }
    }
}

/// The messages of a file so far: a table of fingerprints with open addressing.
///
/// It is our own because of its size: a map of the standard library takes 17 bytes a slot instead of 8, which is 17 MiB instead of
/// 8 for a million messages and 285 MiB instead of 128 for ten million.
#[derive(Debug)]
pub(crate) struct DuplicateFilter {
    slots: Vec<u64>,
    used: usize,
    /// Messages are divided into shares by the last bits of their fingerprint; this share is examined.
    shares: u64,
    share: u64,
    /// Whether the table was full, so that the file has to be examined in smaller shares.
    is_full: bool,
}

impl DuplicateFilter {
    /// A filter for about this many messages.
    pub(crate) fn with_room_for(messages: usize) -> Self {
        Self::of_slots(messages, MOST)
    }

    fn of_slots(messages: usize, most: usize) -> Self {
        let needed = messages + messages / 3;
        let shares = needed.div_ceil(most).next_power_of_two();
        let slots = needed.div_ceil(shares).next_power_of_two().clamp(1 << 10, most);
        Self { slots: vec![FREE; slots], used: 0, shares: shares as u64, share: 0, is_full: false }
    }

    /// Looks for a message among the earlier ones, and stores its fingerprint.
    pub(crate) fn add(&mut self, MessageFingerprint { key, content }: MessageFingerprint) -> Occurrence {
        if self.is_full || key & (self.shares - 1) != self.share {
            return Occurrence::OfOtherShare;
        }
        // The last 32 bits of the key and 32 bits of the content make an odd number. The first bits of the key choose the slot, so
        // nearly all bits of the key take part in the comparison.
        let entry = (key << 32) | (content & 0xffff_ffff) | 1;
        let last_slot = self.slots.len() - 1;
        let mut slot = usize::try_from(key >> 32).unwrap_or_default() & last_slot;
        loop {
            match self.slots[slot] {
                FREE => break,
                found if found == entry => return Occurrence::Repeat,
                found if found >> 32 == entry >> 32 => return Occurrence::Conflict(key),
                _ => slot = (slot + 1) & last_slot,
            }
        }
        if self.used * 8 >= self.slots.len() * 7 {
            self.is_full = true;
            return Occurrence::OfOtherShare;
        }
        self.slots[slot] = entry;
        self.used += 1;
        Occurrence::First
    }

    /// Begins the next share, for which the file is read again; `false` if there is none.
    pub(crate) fn next_share(&mut self) -> bool {
        if self.is_full {
            (self.shares, self.share, self.is_full) = (self.shares * 2, 0, false);
        } else {
            self.share += 1;
        }
        self.slots.fill(FREE);
        self.used = 0;
        self.share < self.shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Destination, MessageId, MessageState};

    fn message(id: u32, parts: u16) -> Message {
        Message {
            day: 20_000,
            id: MessageId::Text(id.to_string().into()),
            account_id: 1,
            second: 0,
            state: MessageState::Pending,
            destination: Destination::Number(447_700_900_123),
            parts,
            price: None,
            network: None,
        }
    }

    #[test]
    fn what_was_seen_is_known_again_and_other_content_is_noticed() {
        let (mut filter, prints) = (DuplicateFilter::with_room_for(10), Fingerprints::default());
        assert_eq!(filter.add(prints.of(&message(1, 1))), Occurrence::First);
        assert_eq!(filter.add(prints.of(&message(2, 1))), Occurrence::First);
        assert_eq!(filter.add(prints.of(&message(1, 1))), Occurrence::Repeat);
        assert_eq!(filter.add(prints.of(&message(1, 2))), Occurrence::Conflict(prints.of_key(&message(1, 1))));
        assert!(!filter.next_share());
    }

    #[test]
    fn a_file_beyond_all_expectation_is_seen_in_shares() {
        let mut filter = DuplicateFilter::of_slots(100, 1 << 10);
        let prints = Fingerprints::default();
        let (mut new, mut again, mut readings) = (0, 0, 0);
        loop {
            let (mut new_now, mut again_now) = (0, 0);
            for id in (0..5_000).chain(0..5_000) {
                match filter.add(prints.of(&message(id, 1))) {
                    Occurrence::First => new_now += 1,
                    Occurrence::Repeat => again_now += 1,
                    Occurrence::Conflict(_) => unreachable!("all are alike"),
                    Occurrence::OfOtherShare => {}
                }
            }
            readings += 1;
            if !filter.is_full {
                (new, again) = (new + new_now, again + again_now);
            }
            if !filter.next_share() {
                break;
            }
        }
        assert_eq!((new, again), (5_000, 5_000));
        assert!(readings < 20, "{readings}");
    }
}
