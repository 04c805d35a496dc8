//! The names of model types on the command line, here so that the model does not depend on clap.

use clap::{ValueEnum, builder::PossibleValue};

use crate::model::{Contract, Durability, Strictness};

impl ValueEnum for Durability {
    fn value_variants<'a>() -> &'a [Durability] {
        &[Durability::Full, Durability::Relaxed]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Durability::Full => {
                PossibleValue::new("full").help("Once it is on disk: it survives a power failure")
            }
            Durability::Relaxed => PossibleValue::new("relaxed").help(
                "Once the operating system has it: it survives a crash of hoglet, but maybe not a power failure",
            ),
        })
    }
}

impl ValueEnum for Strictness {
    fn value_variants<'a>() -> &'a [Strictness] {
        &[Strictness::Warn, Strictness::Refuse]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Strictness::Warn => PossibleValue::new("warn")
                .help("Add a warning to the response, the log and the journal"),
            Strictness::Refuse => {
                PossibleValue::new("refuse").help("Return 400 before anything has changed")
            }
        })
    }
}

impl ValueEnum for Contract {
    fn value_variants<'a>() -> &'a [Contract] {
        &[Contract::Documented, Contract::Live]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Contract::Documented => {
                PossibleValue::new("documented").help("The published reference")
            }
            Contract::Live => PossibleValue::new("live").help("The hosted service"),
        })
    }
}
