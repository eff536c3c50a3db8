//! The words that gateways write for the states of messages.

use foldhash::HashMap;

use crate::model::MessageState::{self, Delivered, Expired, Pending, Rejected, Undeliverable, Unknown};

/// The states that gateways write, in lower case: those of SMPP receipts and vendors' own words.
const WORDS: &[(MessageState, &[&str])] = &[
    (
        Pending,
        &[
            "pending",
            "enroute",
            "acceptd",
            "accepted",
            "submitted",
            "scheduled",
            "queued",
            "sending",
            "sent",
            "buffered",
            "esme_rok",
            "ok",
            "transmitted",
        ],
    ),
    (Delivered, &["delivered", "delivrd", "read"]),
    (Expired, &["expired"]),
    (Undeliverable, &["undeliverable", "undeliv", "undelivered", "failed", "deleted"]),
    (Unknown, &["unknown", "skipped", "partially_delivered"]),
    (Rejected, &["rejected", "rejectd", "canceled", "cancelled"]),
];

/// The state for a word in lower case, whatever the dialect. SMPP errors (`esme_rthrottled`) mean that the message was rejected;
/// Jasmin writes some statuses with the name of their Python enum (`commandstatus.esme_rok`).
pub(crate) fn general_state_of(word: &str) -> Option<MessageState> {
    let word = word.strip_prefix("commandstatus.").unwrap_or(word);
    let known = WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(state, _)| *state);
    known.or_else(|| word.starts_with("esme_r").then_some(Rejected))
}

/// A cache of the state words that occurred in a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct StateWordCache {
    states: HashMap<Box<str>, MessageState>,
    /// The last word, which is most often the next one too.
    last: String,
    last_state: Option<MessageState>,
}

impl StateWordCache {
    /// The state for a word, looked up once.
    pub(crate) fn state_of(&mut self, word: &str, seek: impl FnOnce() -> Option<MessageState>) -> Option<MessageState> {
        if let Some(state) = self.last_state.filter(|_| self.last == word) {
            return Some(state);
        }
        let met = self.states.get(word).copied();
        let state = met.or_else(seek)?;
        if met.is_none() {
            self.states.insert(word.into(), state);
        }
        self.last.clear();
        self.last.push_str(word);
        self.last_state = Some(state);
        Some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::dialects::{DIALECTS, TrafficDialect};

    #[test]
    fn a_word_is_sought_once() {
        let (mut words, mut sought) = (StateWordCache::default(), Vec::new());
        for word in ["sent", "read", "read", "sent", "x", "sent", "x"] {
            let state = words.state_of(word, || {
                sought.push(word);
                DIALECTS[0].state_of(word)
            });
            assert_eq!(state, DIALECTS[0].state_of(word));
        }
        assert_eq!(sought, ["sent", "read", "x", "x"]);
    }

    #[test]
    fn every_word_has_one_meaning() {
        let words: Vec<&str> = WORDS.iter().flat_map(|(_, words)| *words).copied().collect();
        for (index, word) in words.iter().enumerate() {
            assert!(!words[..index].contains(word), "{word}");
            assert!(DIALECTS[0].state_of(&word.to_uppercase()).is_some(), "{word}");
        }
        for state in MessageState::ALL {
            assert_eq!(DIALECTS[0].state_of(state.as_str()), Some(state));
        }
        assert_eq!(DIALECTS[0].state_of("ESME_RINVDSTADR"), Some(Rejected));
        assert_eq!(DIALECTS[0].state_of("CommandStatus.ESME_ROK"), Some(Pending));
        assert_eq!(DIALECTS[0].state_of("CommandStatus.ESME_RTHROTTLED"), Some(Rejected));
        assert_eq!(TrafficDialect::named("jasmin").and_then(|jasmin| jasmin.state_of("1")), Some(Pending));
        assert_eq!(DIALECTS[0].state_of("DLVRD"), None);
        assert_eq!(DIALECTS[0].state_of("failed"), Some(Undeliverable));
        assert_eq!(TrafficDialect::named("twilio").and_then(|twilio| twilio.state_of("Failed")), Some(Rejected));
    }
}
