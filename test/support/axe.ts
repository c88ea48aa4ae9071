import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/**
 * What axe finds wrong with a page: each rule with the elements that break it; none = nothing.
 *
 * The pages have no frames, so axe runs in the page alone: what it does for frames opens a second page each time, and
 * takes longer than the search. What holds is not written down either.
 */
export async function searchWithAxe(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
