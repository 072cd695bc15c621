//! The `sohoa` program: everything it does is in the library.

fn main() -> std::process::ExitCode {
    sohoa::cli::main()
}
