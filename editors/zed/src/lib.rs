//! Has Zed start the covls on the PATH. What it shows is the server's.

use zed_extension_api::{self as zed, serde_json, settings::LspSettings, LanguageServerId, Result, Worktree};

struct Covls;

impl zed::Extension for Covls {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let own = LspSettings::for_worktree(id.as_ref(), worktree)?.binary;
        let (path, args) = own.map(|b| (b.path, b.arguments)).unwrap_or_default();
        Ok(zed::Command {
            command: path
                .or_else(|| worktree.which("covls"))
                .ok_or("covls is not on the PATH: install it, or set lsp.covls.binary.path")?,
            args: args.unwrap_or_else(|| vec!["serve".into()]),
            env: worktree.shell_env(),
        })
    }

    fn language_server_initialization_options(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Option<serde_json::Value>> {
        Ok(LspSettings::for_worktree(id.as_ref(), worktree)?.initialization_options)
    }

    // covls asks for the section "covls".
    fn language_server_workspace_configuration(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Option<serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?.settings;
        Ok(settings.map(|s| serde_json::json!({ "covls": s })))
    }
}

zed::register_extension!(Covls);
