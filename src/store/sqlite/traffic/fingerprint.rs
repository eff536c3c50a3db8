//! The fingerprints of messages, by which `message_index` finds them.

use crate::model::MessageId;

/// Odd numbers whose bits are spread evenly: the golden ratio and the silver ratio.
const FACTORS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03];

/// The fingerprint of a message among those of its day. Fingerprints are stored, so this function never changes: another one would
/// need a migration.
pub(in crate::store::sqlite) fn fingerprint(id: &MessageId, account_id: i64) -> u32 {
    let (bytes, length) = match id {
        MessageId::Uuid(bytes) => (bytes.as_slice(), 0),
        MessageId::Text(text) => (text.as_bytes(), text.len() as u64),
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let hash = mixed(mixed(length, account_id.cast_unsigned()), u64::from_le_bytes(last));
    let hash = words.iter().fold(hash, |hash, word| mixed(hash, u64::from_le_bytes(*word)));
    let hash = (hash ^ (hash >> 32)).wrapping_mul(FACTORS[1]);
    u32::try_from(hash >> 32).unwrap_or_default()
}

fn mixed(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(FACTORS[0]);
    product ^ (product >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn stored_fingerprints_stay_what_they_are() {
        let of = |id: &str, account_id| fingerprint(&id.parse().expect(id), account_id);
        assert_eq!(
            [of("67e55044-10b1-426f-9247-bb680e5fe0c8", 1), of("m1", 1), of("m1", 2), of("sixteen-signs-it", 1)],
            [2_429_510_705, 2_756_000_584, 3_542_870_307, 733_519_666]
        );
    }

    /// By chance, some 12 of a hundred thousand have no fingerprint of their own.
    #[test]
    fn few_messages_share_a_fingerprint_however_regular_their_ids_are() {
        for ids in [|number: u64| (number, 7), |number: u64| (number / 300, number % 300), |number| (number << 32, 7)] {
            let fingerprints: BTreeSet<u32> = (0..100_000_u64)
                .map(ids)
                .map(|(id, account)| fingerprint(&MessageId::Text(id.to_string().into()), account.cast_signed()))
                .collect();
            assert!(fingerprints.len() > 99_970, "{}", fingerprints.len());
        }
        let uuids = |number: u64| MessageId::Uuid((u128::from(number) << 70 | 5).to_le_bytes());
        let fingerprints: BTreeSet<u32> = (0..100_000).map(|number| fingerprint(&uuids(number), 7)).collect();
        assert!(fingerprints.len() > 99_970, "{}", fingerprints.len());
    }
}
