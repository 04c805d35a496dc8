//! Who may read what the server writes: its owner.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::process::{Folder, finish};

fn mode(folder: &Folder, name: &str) -> u32 {
    let found = fs::metadata(folder.path(name)).unwrap();
    found.permissions().mode() & 0o777
}

#[test]
fn a_new_database_and_its_log_are_for_their_owner_alone_whatever_the_umask() {
    let folder = Folder::new();
    let start = "umask 000; exec \"$HOGLET\" serve --demo --listen 127.0.0.1:0";
    let server = folder.start(folder.program("sh", &["-c", start]));
    for name in ["hoglet.db", "hoglet.db-wal", "hoglet.db-shm"] {
        assert_eq!(mode(&folder, name), 0o600, "{name}");
    }
    server.stop();
    let folder = Folder::new();
    folder.write("empty.json", "{}");
    let seed = "umask 000; exec \"$HOGLET\" seed empty.json";
    assert_eq!(finish(folder.program("sh", &["-c", seed])).code, Some(0));
    assert_eq!(mode(&folder, "hoglet.db"), 0o600);
}

#[test]
fn a_database_that_others_may_read_is_left_so_with_a_warning() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    assert!(!server.log().contains("chmod"), "{}", server.log());
    server.stop();
    let wide = fs::Permissions::from_mode(0o640);
    fs::set_permissions(folder.path("hoglet.db"), wide).unwrap();
    let server = folder.serve(&[]);
    assert!(
        server.log().contains("`chmod 600 hoglet.db`"),
        "{}",
        server.log()
    );
    assert_eq!(mode(&folder, "hoglet.db"), 0o640);
    assert_eq!(mode(&folder, "hoglet.db-wal"), 0o640);
    server.stop();
}
