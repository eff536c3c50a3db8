//! Enums whose values are single words, spelled the same in the database, in files, in JSON and on the command line.

use std::str::FromStr;

use crate::model::text::Invalid;

/// An enum declared by `word_enum!`.
pub trait WordEnum: FromStr<Err = Invalid> + Copy + Send + Sync + 'static {
    /// The words of all values, in the order of declaration.
    const WORDS: &'static [&'static str];
}

/// Declares an enum with the word of each value and the conversions between the two.
///
/// Words are parsed in any case and printed as declared. `= "word" as "other words"` sets a separate text for `Display`, for a
/// word that does not fit into a sentence.
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

            /// The word for the value.
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

/// The error for a text that is not one of the words.
pub(crate) fn rule<E: WordEnum>() -> Invalid {
    let (last, others) = E::WORDS.split_last().unwrap_or((&"", &[]));
    Invalid::rule(format!("must be {} or {last}", others.join(", ")))
}

#[cfg(test)]
mod tests {
    word_enum! {
        /// The colour of a traffic light.
        enum Light {
            Red = "red",
            Amber = "amber" as "yellow light",
            Green = "green",
        }
    }

    #[test]
    fn words_are_parsed_in_any_case_and_printed_as_declared() {
        for light in Light::ALL {
            assert_eq!(light.as_str().to_uppercase().parse(), Ok(light));
            assert_eq!(serde_json::to_string(&light).expect("json"), format!("\"{}\"", light.as_str()));
        }
        assert_eq!(Light::Amber.to_string(), "yellow light");
        assert_eq!(format!("{:<6}", Light::Red), "red   ");
        assert!(Light::Red < Light::Green);
    }

    #[test]
    fn an_unknown_word_is_rejected_with_the_list_of_words() {
        assert_eq!("blue".parse::<Light>().unwrap_err().to_string(), "must be red, amber or green");
    }
}
