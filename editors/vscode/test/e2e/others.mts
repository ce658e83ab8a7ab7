import type { World } from './world.mts';

/** What a person does with projects of other kinds. */
export async function projectSteps(_world: World, _go: string): Promise<void> {}
