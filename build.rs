//! Compresses the files under `static/` for the binary: see `src/assets/mod.rs`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

#[path = "src/assets/pack.rs"]
mod pack;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/assets/pack.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut folder = PathBuf::from("static/");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=static");
        folder = out.join("static");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        pack_folder(Path::new("static"), &folder)?;
    }
    // The folder has to be a literal.
    let source = format!(
        "/// The files under `static/`; those that gain by it are gzip in a release build.
         #[derive(rust_embed::Embed)]
         #[folder = {folder:?}]
         struct Files;"
    );
    fs::write(out.join("files.rs"), source)
}

/// Writes the files in `from`, and in the folders below it, to `to`.
fn pack_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            pack_folder(&path, &target)?;
        } else {
            let bytes = fs::read(&path)?;
            fs::write(target, pack::pack(&bytes).unwrap_or(bytes))?;
        }
    }
    Ok(())
}
