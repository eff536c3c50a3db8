//! The option `--unset FIELD`: declares the fields of an entity that can be cleared, one line per field.

/// Declares an enum of the fields that `--unset` accepts, in snake case, and its method `clear`.
///
/// Each field is an `Option` or a list, so clearing it sets its default value. Fields after `other` are accepted, but not
/// part of the details: `clear` ignores them and the command clears them itself.
macro_rules! unset_fields {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident of $details:ty {
            $($variant:ident => $field:ident,)+
        }
        $(other $($other:ident),+)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
        #[value(rename_all = "snake_case")]
        $visibility enum $name {
            $($variant,)+
            $($($other,)+)?
        }

        impl $name {
            $visibility fn clear(self, details: &mut $details) {
                match self {
                    $(Self::$variant => details.$field = Default::default(),)+
                    $($(Self::$other => {})+)?
                }
            }
        }
    };
}

pub(crate) use unset_fields;
