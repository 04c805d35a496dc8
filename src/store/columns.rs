//! Conversions between the model's types and SQLite's columns.

use std::str::FromStr;

use rusqlite::{
    Result, Row, ToSql, named_params,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Type, ValueRef},
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::model::{
    AccessToken, DashboardId, EventDefinitionId, FeatureFlagId, FlagValue, InsightId,
    InsightShortId, JsonText, Level, NotebookShortId, Notes, OrganizationId, ParentKind,
    PasswordHash, PersonalApiKeyNumber, ProjectId, ProjectSecretApiKeyId, PropertyDefinitionId,
    PropertyType, SecretHash, SessionRecordingId, SharePasswordId, SharingConfigurationNumber,
    SharingSettings, TileId, Timestamp, UserId,
};

/// Newtypes that are stored as their inner value.
macro_rules! as_inner {
    ($($name:ident)*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                FromSql::column_result(value).map(Self)
            }
        }
    )*};
}
as_inner!(UserId ProjectId PersonalApiKeyNumber ProjectSecretApiKeyId Timestamp);
as_inner!(InsightId InsightShortId DashboardId TileId FeatureFlagId);
as_inner!(SharingConfigurationNumber SharePasswordId AccessToken PasswordHash);

impl ToSql for ParentKind {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for ParentKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        ParentKind::named(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for SharingSettings {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(to_json(self).into())
    }
}

impl FromSql for SharingSettings {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map_err(|error| FromSqlError::Other(error.into()))
    }
}
as_inner!(NotebookShortId SessionRecordingId);

/// Newtypes of a UUID, which is stored as text.
macro_rules! as_uuid {
    ($($name:ident)*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                Ok(self.0.to_string().into())
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let uuid = Uuid::from_str(value.as_str()?);
                uuid.map(Self).map_err(|error| FromSqlError::Other(error.into()))
            }
        }
    )*};
}
as_uuid!(OrganizationId PropertyDefinitionId EventDefinitionId);

impl ToSql for SecretHash {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.as_slice()))
    }
}

impl ToSql for FlagValue {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(to_json(self).into())
    }
}

impl FromSql for FlagValue {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map_err(|error| FromSqlError::Other(error.into()))
    }
}

impl ToSql for PropertyType {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for PropertyType {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value
            .as_str()?
            .parse()
            .map_err(|()| FromSqlError::InvalidType)
    }
}

impl ToSql for Level {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}

impl FromSql for Level {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            1 => Ok(Level::Member),
            8 => Ok(Level::Admin),
            15 => Ok(Level::Owner),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

impl ToSql for JsonText {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for JsonText {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(JsonText::stored)
    }
}

/// Reads the columns of a row in the order of its SELECT. For queries that every request makes or that return many rows,
/// where looking columns up by name would take most of the time.
pub struct Columns<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> Columns<'r, 's> {
    /// Starts at the first column of `row`.
    pub fn of(row: &'r Row<'s>) -> Columns<'r, 's> {
        Columns { row, next: 0 }
    }

    pub fn next<T: FromSql>(&mut self) -> Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    /// Reads a UUID from the next column.
    pub fn uuid(&mut self) -> Result<Uuid> {
        self.next += 1;
        uuid_at(self.row, self.next - 1)
    }

    /// Parses the JSON in the next column.
    pub fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        self.next += 1;
        json_at(self.row, self.next - 1)
    }

    /// Reads a list of texts from the next column.
    pub fn texts(&mut self) -> Result<Vec<String>> {
        match self.row.get_ref(self.next)?.as_str()? {
            "[]" => self.next += 1, // nearly always
            _ => return self.json(),
        }
        Ok(Vec::new())
    }

    /// Reads the next seven columns: description, verified, verified_at, verified_by, hidden, updated_at, updated_by.
    ///
    /// `updated_at` is null exactly in the rows that have no notes.
    pub fn notes(&mut self) -> Result<Option<Notes>> {
        let description = self.next()?;
        let verified = self.next()?;
        let verified_at = self.next()?;
        let verified_by = self.next()?;
        let hidden = self.next()?;
        let updated_at: Option<Timestamp> = self.next()?;
        let updated_by = self.next()?;
        Ok(updated_at.map(|updated_at| Notes {
            description,
            verified,
            verified_at,
            verified_by,
            hidden,
            updated_at,
            updated_by,
        }))
    }
}

/// Calls `run` with the values of the columns of `notes`, by name, and `more`.
pub fn with_notes<T>(
    notes: Option<&Notes>,
    more: &[(&str, &dyn ToSql)],
    run: impl FnOnce(&[(&str, &dyn ToSql)]) -> T,
) -> T {
    let params = named_params! {
        ":description": notes.and_then(|notes| notes.description.as_ref()),
        ":verified": notes.is_some_and(|notes| notes.verified),
        ":verified_at": notes.and_then(|notes| notes.verified_at),
        ":verified_by": notes.and_then(|notes| notes.verified_by),
        ":hidden": notes.and_then(|notes| notes.hidden),
        ":updated_at": notes.map(|notes| notes.updated_at),
        ":updated_by": notes.and_then(|notes| notes.updated_by),
    };
    run(&[params, more].concat())
}

/// Reads a UUID from the column `name`.
pub fn uuid(row: &Row, name: &str) -> Result<Uuid> {
    uuid_at(row, row.as_ref().column_index(name)?)
}

fn uuid_at(row: &Row, index: usize) -> Result<Uuid> {
    let parsed = Uuid::from_str(row.get_ref(index)?.as_str()?);
    parsed
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, error.into()))
}

/// Parses the JSON in the column `name`.
pub fn json<T: DeserializeOwned>(row: &Row, name: &str) -> Result<T> {
    json_at(row, row.as_ref().column_index(name)?)
}

fn json_at<T: DeserializeOwned>(row: &Row, index: usize) -> Result<T> {
    let parsed = serde_json::from_str(row.get_ref(index)?.as_str()?);
    parsed
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, error.into()))
}

/// Formats `value` as JSON for a column.
pub fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain data serialises")
}
