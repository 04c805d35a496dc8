//! The passwords of a share: anyone with one of them may look (`sharing.md` 5).

use super::{show, table};
use crate::{
    domain::{Context, Error, Form, Refused, Result},
    model::*,
    store::{Read, Write},
};

/// The fewest characters in a password that a client chooses.
const SHORTEST: usize = 8;

/// The most active passwords of one share: a guess costs a hash for each of them.
pub const MOST_PASSWORDS: usize = 50;

/// The most characters in a note.
const NOTE_LENGTH: usize = 100;

/// Random bytes in a password that we choose: 22 characters.
const GENERATED: usize = 16;

/// A password about to be made.
pub struct NewPassword {
    /// The password, to be told once.
    pub password: Secret,
    /// What it is for.
    pub note: String,
}

/// What `form` asks for as a new password of `parent`'s share, generated when it names none. Hash it before adding it.
///
/// Errors: `Bare` when the share asks for no password, then without the feature; `Invalid` for the fields first, then for the
/// 51st password.
pub fn new_password(
    db: &Read,
    context: Context,
    parent: &Parent,
    form: Result<Form>,
) -> Result<NewPassword> {
    let (_, count) = protected(db, context, parent)?;
    check_feature(context)?;
    let form = form?;
    let mut password = text(&form, "raw_password", None)?;
    if password.is_empty() {
        password = random_base64url(GENERATED);
    } else if password.chars().count() < SHORTEST {
        let detail = format!("Password must be at least {SHORTEST} characters long.");
        return Err(Error::field("raw_password", "invalid_input", detail));
    }
    let note = note(&form)?;
    check_room(count)?;
    Ok(NewPassword {
        password: Secret::new(password),
        note,
    })
}

/// What a new password is for. Errors: `Invalid`.
pub fn note(form: &Form) -> Result<String> {
    text(form, "note", Some(NOTE_LENGTH))
}

fn text(form: &Form, name: &'static str, longest: Option<usize>) -> Result<String> {
    let field = form.field(name).optional().blank();
    Ok(field.text(longest)?.not_null(name)?.unwrap_or_default())
}

/// Adds a password with this hash to the share of `parent`. Returns it and the configuration that has it now.
///
/// Errors: `Bare` when the share has stopped asking for passwords meanwhile; `Invalid` for the 51st password.
pub fn add_password(
    db: &Write,
    context: Context,
    parent: &Parent,
    hash: &PasswordHash,
    note: &str,
) -> Result<(SharePassword, SharingConfiguration)> {
    let (StoredSharing { number, .. }, count) = protected(db, context, parent)?;
    check_room(count)?;
    let id = table::insert_password(db, number, hash, note, Some(context.user), context.now)?;
    let configuration = show(db, context, parent)?;
    let added = configuration
        .share_passwords
        .iter()
        .find(|password| password.id == id);
    Ok((
        added.expect("it was added a moment ago").clone(),
        configuration,
    ))
}

/// Makes password `id` of `parent`'s share open nothing more; `None` stands for an id that none can have.
///
/// Its sessions end, and so do those at old links in their grace period: a rotation gave the password another id there, and
/// whoever deletes it means the password, not one of its rows.
///
/// Errors: `Bare` without the feature; `NotFound` when the share has no such active password.
pub fn delete_password(
    db: &Write,
    context: Context,
    parent: &Parent,
    id: Option<SharePasswordId>,
) -> Result<()> {
    const NOT_FOUND: Error = Error::NotFound("Password not found");
    check_feature(context)?;
    let stored = show(db, context, parent)?.stored.ok_or(NOT_FOUND)?;
    let hash = table::deactivate_password(db, stored.number, id.ok_or(NOT_FOUND)?)?;
    let hash = hash.ok_or(NOT_FOUND)?;
    Ok(table::deactivate_copies(
        db,
        context.project,
        parent,
        &hash,
    )?)
}

fn check_feature(context: Context) -> Result<()> {
    if context.features.has(Feature::AccessControl) {
        return Ok(());
    }
    let text = "Password management requires the Access Control feature";
    Err(Error::Bare(Refused::Denied, text))
}

fn check_room(count: usize) -> Result<()> {
    if count < MOST_PASSWORDS {
        return Ok(());
    }
    Err(Error::request(format!(
        "You can only have {MOST_PASSWORDS} passwords for a share. Remove an existing password before creating a new one."
    )))
}

/// Where the share of `parent` is stored, which must ask for a password, and how many active passwords it has.
fn protected(db: &Read, context: Context, parent: &Parent) -> Result<(StoredSharing, usize)> {
    let configuration = show(db, context, parent)?;
    let count = configuration.share_passwords.len();
    let stored = configuration
        .stored
        .filter(|_| configuration.password_required);
    let text = "Password protection must be enabled before creating passwords";
    let stored = stored.ok_or(Error::Bare(Refused::Invalid, text))?;
    Ok((stored, count))
}
