import * as vscode from 'vscode';
import {
	CloseAction,
	ConnectionError,
	type DynamicFeature,
	ErrorAction,
	ErrorCodes,
	type ErrorHandler,
	ExecuteCommandRequest,
	LanguageClient,
	type LanguageClientOptions,
	type MessageSignature,
	ResponseError,
	RevealOutputChannelOn,
	type ServerOptions,
	type StaticFeature,
} from 'vscode-languageclient/node';

/** What becomes of a connection whose server ends. */
export interface Life {
	/** Whether to start the server again, once it is time to. */
	died(): Promise<boolean>;
	/** Settles when there is a server again, or will be none. */
	untilBack(): Promise<void>;
}

/**
 * A language client without the feature that makes each of the server's commands one of VS Code's:
 * the extension has them under the same names, with a cursor and a way to show the answer, and
 * they are there when the server is not.
 */
export class Language extends LanguageClient {
	constructor(
		server: ServerOptions,
		options: LanguageClientOptions,
		private readonly life: Life,
	) {
		const errorHandler: ErrorHandler = {
			error: () => ({ action: ErrorAction.Continue, handled: true }),
			closed: async () => ({
				action: (await life.died()) ? CloseAction.Restart : CloseAction.DoNotRestart,
				handled: true,
			}),
		};
		super('covls', 'covls', server, { ...options, errorHandler, revealOutputChannelOn: RevealOutputChannelOn.Never });
		this.registerFeature(new Experimental());
	}

	override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
		if ('registrationType' in feature && feature.registrationType.method === ExecuteCommandRequest.method) {
			return;
		}
		super.registerFeature(feature);
	}

	/** Goes to the log only: what a person should know the extension says, in their language and once. */
	override error(message: string, data?: unknown): void {
		super.error(message, data, false);
	}

	/**
	 * A request that found no server any more was in vain, which is nobody's mistake: VS Code keeps
	 * what it has, and asks again when the next server is there. Answering it with nothing, as the
	 * library does, would take the marks away until then.
	 */
	override handleFailedRequest<T, P extends MessageSignature>(
		type: P,
		token: vscode.CancellationToken | undefined,
		error: unknown,
		defaultValue: T,
		showNotification?: boolean,
		throwOnCancel?: boolean,
	): T {
		if (lost(error)) {
			if (!type.method.endsWith('/diagnostic')) {
				throw new vscode.CancellationError();
			}
			// A pull that is cancelled is made again at once: not before there is somebody to ask.
			const again = this.life.untilBack().then(() => {
				throw new vscode.CancellationError();
			});
			return again as T;
		}
		return super.handleFailedRequest(type, token, error, defaultValue, showNotification, throwOnCancel);
	}
}

/** Whether a request failed because the server went away. */
export function lost(error: unknown): boolean {
	return (
		error instanceof ConnectionError ||
		(error instanceof ResponseError &&
			(error.code === ErrorCodes.PendingResponseRejected || error.code === ErrorCodes.ConnectionInactive))
	);
}

/** Experimental asks for `covls/status`, and says that reports are shown and tests run here. */
class Experimental implements StaticFeature {
	fillClientCapabilities(capabilities: { experimental?: unknown }): void {
		capabilities.experimental = {
			...(capabilities.experimental as object | undefined),
			covls: { documents: true, runTests: true },
		};
	}
	initialize(): void {}
	getState(): { kind: 'static' } {
		return { kind: 'static' };
	}
	clear(): void {}
}
