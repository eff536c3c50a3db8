//! Enums whose values are single words, written alike in the database, in files, in JSON and on the command line.

use std::str::FromStr;

use crate::model::text::Invalid;

/// An enum declared by [`word_enum!`].
pub trait WordEnum: FromStr<Err = Invalid> + Copy + Send + Sync + 'static {
    /// The words of all values, in the order of declaration.
    const WORDS: &'static [&'static str];
}

/// Declares an enum, the word of each value, and every conversion between the two.
///
/// Words are read in any case and written as they stand here. Where the word is not what a sentence should say,
/// `= "word" as "words of a sentence"` gives `Display` its own text.
macro_rules! word_enum {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$value_attribute:meta])* $value:ident = $word:literal $(as $phrase:literal)?),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility enum $name {
            $($(#[$value_attribute])* $value),+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$value),+];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word),+
                }
            }
        }

        impl $crate::model::WordEnum for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let value = Self::ALL.into_iter().find(|value| value.as_str().eq_ignore_ascii_case(text));
                value.ok_or_else($crate::model::word_enum::rule::<Self>)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self {
                    $(Self::$value => $crate::model::word_enum::word_enum!(@phrase $word $($phrase)?)),+
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        $crate::model::text::deserialize_by_text!($name);
    };
    (@phrase $word:literal) => { $word };
    (@phrase $word:literal $phrase:literal) => { $phrase };
}
pub(crate) use word_enum;

/// The rule that a text breaks that is none of the words.
pub(crate) fn rule<E: WordEnum>() -> Invalid {
    let (last, others) = E::WORDS.split_last().unwrap_or((&"", &[]));
    Invalid::rule(format!("must be {} or {last}", others.join(", ")))
}

#[cfg(test)]
mod tests {
    word_enum! {
        /// What a lamp shows.
        enum Light {
            Red = "red",
            Amber = "amber" as "yellow light",
            Green = "green",
        }
    }

    #[test]
    fn a_word_is_read_in_any_case_and_written_in_one() {
        for light in Light::ALL {
            assert_eq!(light.as_str().to_uppercase().parse(), Ok(light));
            assert_eq!(serde_json::to_string(&light).expect("json"), format!("\"{}\"", light.as_str()));
        }
        assert_eq!(Light::Amber.to_string(), "yellow light");
        assert_eq!(format!("{:<6}", Light::Red), "red   ");
        assert!(Light::Red < Light::Green);
    }

    #[test]
    fn another_word_is_refused_with_all_that_there_are() {
        assert_eq!("blue".parse::<Light>().unwrap_err().to_string(), "must be red, amber or green");
    }
}
