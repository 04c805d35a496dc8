//! The recipes of `/docs/testing/` are run as they stand: a test that passes, and one that fails when the event differs.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::packages;

const PAGE: &str = include_str!("../../static/docs/testing.html");

/// What every recipe expects and captures.
const CAPTURED: &str = "\"pro\"";

/// The runner of one recipe, in a folder of its own that has the recipe's files.
struct Recipe {
    folder: PathBuf,
    /// The command that the page gives for it.
    command: String,
}

impl Recipe {
    /// Takes the files and the command of the recipe `name` from the page.
    fn new(name: &str) -> Recipe {
        let folder = packages().join("recipes").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        symlink("../../node_modules", folder.join("node_modules")).unwrap();
        let files = blocks("data-file")
            .into_iter()
            .filter(|(path, _)| path.starts_with(&format!("{name}/")));
        let mut count = 0;
        for (path, text) in files {
            fs::write(folder.join(path.split_once('/').unwrap().1), text).unwrap();
            count += 1;
        }
        assert!(count > 0, "the page has no files of {name}");
        let command = blocks("data-run")
            .into_iter()
            .find(|(of, _)| of == name)
            .unwrap()
            .1;
        Recipe { folder, command }
    }

    /// Runs the command with hoglet and the programs in `folders` on the path.
    fn run(&self, folders: &[PathBuf]) -> Output {
        let hoglet = Path::new(env!("CARGO_BIN_EXE_hoglet")).parent().unwrap();
        let usual = env::var_os("PATH").unwrap();
        let own = [hoglet.to_owned()].into_iter().chain(folders.to_vec());
        let path = env::join_paths(own.chain(env::split_paths(&usual))).unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.command])
            .current_dir(&self.folder);
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["HOGLET_", "POSTHOG_"]
                .iter()
                .any(|start| name.starts_with(start))
            {
                command.env_remove(name);
            }
        }
        command
            .env("PATH", path)
            .env("CARGO_TARGET_DIR", target("clients-rust"));
        command.output().unwrap()
    }

    /// Runs it twice: it passes, and says what came instead once the captured event differs in `file`.
    #[track_caller]
    fn works(&self, folders: &[PathBuf], file: &str) {
        let passed = self.run(folders);
        assert!(passed.status.success(), "{}", all(&passed));
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let captured = text.replacen(CAPTURED, "\"free\"", 1);
        assert_ne!(captured, text);
        fs::write(&path, captured).unwrap();
        let failed = self.run(folders);
        let printed = all(&failed);
        assert!(!failed.status.success(), "{printed}");
        assert!(
            printed.contains("free") && printed.contains("plan"),
            "{printed}"
        );
    }
}

/// What a command has printed.
fn all(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn target(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target")
        .join(name)
}

/// The code of the page that has this attribute: its value, and the text.
fn blocks(attribute: &str) -> Vec<(String, String)> {
    let start = format!(" {attribute}=\"");
    let blocks = PAGE.split(&start).skip(1);
    let read = |block: &str| {
        let (value, rest) = block.split_once("\">").unwrap();
        let text = rest.split_once("</code>").unwrap().0;
        let text = text.replace("&lt;", "<").replace("&gt;", ">");
        (value.to_owned(), text.replace("&amp;", "&") + "\n")
    };
    blocks.map(read).collect()
}

#[test]
fn the_recipe_for_pytest_works_as_it_stands() {
    Recipe::new("pytest").works(&[packages().join("python/bin")], "test_signup.py");
}

#[test]
fn the_recipe_for_vitest_works_as_it_stands() {
    Recipe::new("vitest").works(&[packages().join("node_modules/.bin")], "signup.test.mjs");
}

#[test]
fn the_recipe_for_playwright_works_as_it_stands() {
    let mut recipe = Recipe::new("playwright");
    // The browser of this machine, and what root needs to start it.
    let config = "import own from './playwright.config.mjs';
        const launchOptions = { executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] };
        export default { ...own, use: { launchOptions } };";
    fs::write(recipe.folder.join("installed.config.mjs"), config).unwrap();
    recipe.command = format!("{} --config installed.config.mjs", recipe.command.trim());
    recipe.works(&[packages().join("node_modules/.bin")], "app.mjs");
}

#[test]
fn the_recipe_for_go_works_as_it_stands() {
    if Command::new("go").arg("version").output().is_err() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let installed = Command::new(root.join("tests/apt"))
            .arg("golang-go")
            .status();
        assert!(installed.unwrap().success(), "Go cannot be installed");
    }
    let recipe = Recipe::new("go");
    fs::write(recipe.folder.join("go.mod"), "module signup\n\ngo 1.19\n").unwrap();
    recipe.works(&[], "signup_test.go");
}

/// Under JUnit's own launcher, since Maven's repository is not among those that tests use.
#[test]
fn the_recipe_for_junit_works_as_it_stands() {
    const JARS: &str = "/usr/share/java";
    if Command::new("javac").arg("-version").output().is_err()
        || !Path::new(JARS).join("junit-platform-console.jar").exists()
    {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let installed = Command::new(root.join("tests/apt"))
            .args(["default-jdk-headless", "junit5"])
            .status();
        assert!(installed.unwrap().success(), "JUnit cannot be installed");
    }
    let jars = [
        "apiguardian-api",
        "junit-jupiter-api",
        "junit-jupiter-engine",
        "junit-platform-commons",
        "junit-platform-console",
        "junit-platform-engine",
        "junit-platform-launcher",
        "junit-platform-reporting",
        "opentest4j",
        "opentest4j-reporting-events",
        "opentest4j-reporting-schema",
        "picocli",
    ];
    let jars = jars.map(|name| format!("{JARS}/{name}.jar")).join(":");
    let mut recipe = Recipe::new("junit");
    recipe.command = format!(
        "javac -cp {jars} SignupTest.java && hoglet exec -- java -cp {jars}:. org.junit.platform.console.ConsoleLauncher -c SignupTest"
    );
    recipe.works(&[], "SignupTest.java");
}

#[test]
fn the_recipe_for_rust_works_as_it_stands() {
    let recipe = Recipe::new("rust");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/recipes");
    for name in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(sources.join(name), recipe.folder.join(name)).unwrap();
    }
    fs::write(recipe.folder.join("lib.rs"), "").unwrap();
    fs::create_dir(recipe.folder.join("tests")).unwrap();
    let test = "tests/signup.rs";
    fs::rename(recipe.folder.join("signup.rs"), recipe.folder.join(test)).unwrap();
    recipe.works(&[], test);
}

#[test]
fn the_recipe_for_the_shell_works_as_it_stands() {
    Recipe::new("shell").works(&[], "test.sh");
}
