//! The passwords of a share: each of them opens it (`sharing.md` 5).

use super::{configuration, find_parent_to_change, log, table};
use crate::{
    domain::{Context, Error, Form, Refused, Result, passwords},
    model::{
        Feature, Parent, ParentKind, PasswordHash, Secret, SharePassword, SharePasswordId,
        SharingConfiguration, StoredSharing, random_base64url,
    },
    store::{Read, Store, Write},
};

/// The fewest characters in a password that a client chooses.
const SHORTEST: usize = 8;

/// The most active passwords of one share: a guess costs a hash for each of them.
pub const MOST_PASSWORDS: usize = 50;

/// The most characters in a note.
const NOTE_LENGTH: usize = 100;

/// Random bytes in a generated password: 22 characters.
const GENERATED: usize = 16;

/// A password that was just added to a share.
pub struct AddedPassword {
    /// The password itself, of which only the hash is stored.
    pub secret: Secret,
    /// How the share lists it.
    pub entry: SharePassword,
    /// How the parent is shared now.
    pub configuration: SharingConfiguration,
}

/// Adds a password to the share of the parent `id`: the one that `form` names, or a generated one.
///
/// Errors: as for [`find_parent_to_change`]; `Bare` if the share does not ask for passwords, then without the feature; those
/// of `form`; `Invalid` for the fields, then for the 51st password; `Busy`.
pub fn add_password(
    store: &Store,
    context: Context,
    kind: ParentKind,
    id: &str,
    form: Result<Form>,
) -> Result<AddedPassword> {
    let (parent, secret, note) = store.read(|db| {
        let parent = find_parent_to_change(db, context, kind, id, &form)?;
        let (secret, note) = new_password(db, context, &parent, form)?;
        Ok::<_, Error>((parent, secret, note))
    })?;
    let hash = passwords::hash(&secret)?; // outside the write: it would hold up all other writers
    let (entry, configuration) =
        store.write(move |db| insert_password(db, context, &parent, &hash, &note))?;
    Ok(AddedPassword {
        secret,
        entry,
        configuration,
    })
}

/// Deactivates the password `password` of the share of the parent `id`; `None` stands for a text that is no id.
///
/// Its sessions end, and so do those at old links in their grace period: a rotation copied the password under another id
/// there, and deleting it deletes all its copies.
///
/// Errors: as for [`find_parent_to_change`]; `Bare` without the feature; `NotFound` if there is no such active password.
pub fn delete_password(
    store: &Store,
    context: Context,
    kind: ParentKind,
    id: String,
    form: Result<Form>,
    password: Option<SharePasswordId>,
) -> Result<()> {
    const NOT_FOUND: Error = Error::NotFound("Password not found");
    store.write(move |db| {
        let parent = find_parent_to_change(db, context, kind, &id, &form)?;
        check_feature(context)?;
        let configuration = configuration(db, context, &parent)?;
        let stored = configuration.stored.ok_or(NOT_FOUND)?;
        let mut active = configuration.share_passwords.into_iter();
        let entry = active.find(|entry| Some(entry.id) == password);
        let entry = entry.ok_or(NOT_FOUND)?;
        let hash = table::deactivate_password(db, stored.number, entry.id)?;
        let hash = hash.ok_or(NOT_FOUND)?;
        table::deactivate_copies(db, context.project, &parent, &hash)?;
        log::record_password(db, context, &parent, &entry, false)
    })
}

/// The password and the note that `form` asks for.
fn new_password(
    db: &Read,
    context: Context,
    parent: &Parent,
    form: Result<Form>,
) -> Result<(Secret, String)> {
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
    check_count(count)?;
    Ok((Secret::new(password), note))
}

/// What a new password is for. Errors: `Invalid`.
pub fn note(form: &Form) -> Result<String> {
    text(form, "note", Some(NOTE_LENGTH))
}

fn text(form: &Form, name: &'static str, longest: Option<usize>) -> Result<String> {
    let field = form.field(name).optional().blank();
    Ok(field.text(longest)?.not_null(name)?.unwrap_or_default())
}

/// Stores a password. Checks the share again, since another request may have changed it while this one hashed.
fn insert_password(
    db: &Write,
    context: Context,
    parent: &Parent,
    hash: &PasswordHash,
    note: &str,
) -> Result<(SharePassword, SharingConfiguration)> {
    let (StoredSharing { number, .. }, count) = protected(db, context, parent)?;
    check_count(count)?;
    let id = table::insert_password(
        db,
        number,
        None,
        hash,
        note,
        Some(context.user),
        context.now,
    )?;
    let configuration = configuration(db, context, parent)?;
    let mut entries = configuration.share_passwords.iter();
    let entry = entries
        .find(|password| password.id == id)
        .expect("it was inserted above, in this transaction")
        .clone();
    log::record_password(db, context, parent, &entry, true)?;
    Ok((entry, configuration))
}

fn check_feature(context: Context) -> Result<()> {
    if context.features.has(Feature::AccessControl) {
        return Ok(());
    }
    let text = "Password management requires the Access Control feature";
    Err(Error::Bare(Refused::Denied, text))
}

fn check_count(count: usize) -> Result<()> {
    if count < MOST_PASSWORDS {
        return Ok(());
    }
    Err(Error::request(format!(
        "You can only have {MOST_PASSWORDS} passwords for a share. Remove an existing password before creating a new one."
    )))
}

/// The stored share of `parent` and its number of active passwords. Errors: `Bare` if the share does not ask for passwords.
fn protected(db: &Read, context: Context, parent: &Parent) -> Result<(StoredSharing, usize)> {
    let configuration = configuration(db, context, parent)?;
    let count = configuration.share_passwords.len();
    let stored = configuration
        .stored
        .filter(|_| configuration.password_required);
    let text = "Password protection must be enabled before creating passwords";
    let stored = stored.ok_or(Error::Bare(Refused::Invalid, text))?;
    Ok((stored, count))
}
