//! Which messages stood in a file before: one word of memory each, whatever the file.
//!
//! The table holds a fingerprint of each key and of what matters for money beside it. Equal fingerprints are not yet equal
//! messages: whoever finds two that seem to contradict each other looks at the rows themselves. A file with more messages than
//! the table takes is gone through more than once, each time for another share of them.

use std::hash::BuildHasher;
use std::hint::black_box;

use foldhash::quality::RandomState;

use crate::model::Message;

/// The most fingerprints that are kept at once: 128 MiB of them.
const MOST: usize = 1 << 24;

/// A slot without a fingerprint. It is not zero, so that the memory is written at once: memory that is only promised to be zero
/// is fetched twice, page by page, when it is read and when it is written, and the other processors are told each time.
const FREE: u64 = 2;

/// What a message is, in view of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Not seen before.
    New,
    /// Seen before, with the same content.
    Again,
    /// Seems to have been seen before with other content; the fingerprint of its key.
    Otherwise(u64),
    /// Of a share of messages that is looked at another time.
    Elsewhere,
}

/// The fingerprints of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    key: u64,
    content: u64,
}

/// How fingerprints are taken: by all threads alike.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fingerprints(RandomState);

impl Fingerprints {
    /// The fingerprint of a key.
    pub(crate) fn of_key(&self, message: &Message) -> u64 {
        self.0.hash_one(message.key())
    }

    /// What a message is looked for by.
    pub(crate) fn look(&self, message: &Message) -> Look {
        let content = self.0.hash_one((&message.destination, message.parts, message.price));
        Look { key: self.of_key(message), content }
    }
}

/// The messages that were seen.
#[derive(Debug)]
pub(crate) struct Seen {
    slots: Vec<u64>,
    used: usize,
    /// Messages are dealt out by the last bits of their fingerprint; of so many shares, this one is looked at.
    shares: u64,
    share: u64,
    /// Whether there were too many for the table, so that all has to be done again in smaller shares.
    is_full: bool,
}

impl Seen {
    /// A table for about so many messages.
    pub(crate) fn with_room_for(messages: usize) -> Self {
        Self::of_slots(messages, MOST)
    }

    fn of_slots(messages: usize, most: usize) -> Self {
        let needed = messages + messages / 3;
        let shares = needed.div_ceil(most).next_power_of_two();
        let slots = needed.div_ceil(shares).next_power_of_two().clamp(1 << 10, most);
        Self { slots: vec![FREE; slots], used: 0, shares: shares as u64, share: 0, is_full: false }
    }

    /// Fetches from memory what will be looked at for some messages: each is somewhere else, and the ways there overlap.
    pub(crate) fn approach(&self, looks: &[Look]) {
        black_box(looks.iter().fold(0, |sum, look| sum ^ self.slots[self.place(look.key)]));
    }

    /// Where the fingerprint of a key belongs: its first bits say so.
    fn place(&self, key: u64) -> usize {
        usize::try_from(key >> 32).unwrap_or_default() & (self.slots.len() - 1)
    }

    /// Looks for a message among those before it, and keeps it.
    pub(crate) fn see(&mut self, Look { key, content }: Look) -> Sight {
        if self.is_full || key & (self.shares - 1) != self.share {
            return Sight::Elsewhere;
        }
        // The last 32 bits of the key, and others of the content, which make an odd number.
        let entry = (key << 32) | (content & 0xffff_ffff) | 1;
        let mut slot = self.place(key);
        loop {
            match self.slots[slot] {
                FREE => break,
                found if found == entry => return Sight::Again,
                found if found >> 32 == entry >> 32 => return Sight::Otherwise(key),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
        if self.used * 8 >= self.slots.len() * 7 {
            self.is_full = true;
            return Sight::Elsewhere;
        }
        self.slots[slot] = entry;
        self.used += 1;
        Sight::New
    }

    /// Goes on to the next share, for which the file is gone through again; says whether there is one.
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
        }
    }

    #[test]
    fn what_was_seen_is_known_again_and_other_content_is_noticed() {
        let (mut seen, prints) = (Seen::with_room_for(10), Fingerprints::default());
        assert_eq!(seen.see(prints.look(&message(1, 1))), Sight::New);
        assert_eq!(seen.see(prints.look(&message(2, 1))), Sight::New);
        assert_eq!(seen.see(prints.look(&message(1, 1))), Sight::Again);
        assert_eq!(seen.see(prints.look(&message(1, 2))), Sight::Otherwise(prints.of_key(&message(1, 1))));
        assert!(!seen.next_share());
    }

    #[test]
    fn a_file_beyond_all_expectation_is_seen_in_shares() {
        let mut seen = Seen::of_slots(100, 1 << 10);
        let prints = Fingerprints::default();
        let (mut new, mut again, mut readings) = (0, 0, 0);
        loop {
            let (mut new_now, mut again_now) = (0, 0);
            for id in (0..5_000).chain(0..5_000) {
                match seen.see(prints.look(&message(id, 1))) {
                    Sight::New => new_now += 1,
                    Sight::Again => again_now += 1,
                    Sight::Otherwise(_) => unreachable!("all are alike"),
                    Sight::Elsewhere => {}
                }
            }
            readings += 1;
            if !seen.is_full {
                (new, again) = (new + new_now, again + again_now);
            }
            if !seen.next_share() {
                break;
            }
        }
        assert_eq!((new, again), (5_000, 5_000));
        assert!(readings < 20, "{readings}");
    }
}
