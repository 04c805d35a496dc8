//! The spellings of model types on the command line, here so that the model does not depend on clap.

use clap::{ValueEnum, builder::PossibleValue};

use crate::model::{Contract, Durability};

impl ValueEnum for Durability {
    fn value_variants<'a>() -> &'a [Durability] {
        &[Durability::Full, Durability::Relaxed]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Durability::Full => {
                PossibleValue::new("full").help("On disk: it outlives a power cut")
            }
            Durability::Relaxed => PossibleValue::new("relaxed").help(
                "With the operating system: it outlives a crash of hoglet, and perhaps not a power cut",
            ),
        })
    }
}

impl ValueEnum for Contract {
    fn value_variants<'a>() -> &'a [Contract] {
        &[Contract::Documented, Contract::Live]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Contract::Documented => PossibleValue::new("documented").help("What the page promises"),
            Contract::Live => PossibleValue::new("live").help("What the service does"),
        })
    }
}
