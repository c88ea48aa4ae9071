/** Interviews whose spending is remembered here. What is forgotten is still in the journal. */
const KEPT_MAX = 10_000;

/** What the models' work on one interview may cost. Units: tokens, in and out together. */
export interface Budget {
  /**
   * Set aside what a call may cost; null = there is not enough left. `known`: what the journal tells was spent.
   *
   * Returns how to settle it with what the call cost in fact. Until then nobody else may spend it.
   */
  reserve(interviewId: string, tokens: number, known: number): ((cost: number) => void) | null;
}

interface Account {
  spent: number;
  reserved: number;
}

/**
 * Create the budget of every interview: `max` tokens each.
 *
 * The journal tells what its evaluations cost; here is remembered what calls cost that ended in none, on top of that.
 */
export function createBudget(max: number): Budget {
  const accountsById = new Map<string, Account>();
  return {
    reserve(id, tokens, known) {
      const account = accountsById.get(id) ?? { spent: 0, reserved: 0 };
      account.spent = Math.max(account.spent, known);
      if (account.spent + account.reserved + tokens > max) return null;
      account.reserved += tokens;
      // The one that was touched last is forgotten last.
      accountsById.delete(id);
      accountsById.set(id, account);
      for (const oldest of accountsById.keys()) {
        if (accountsById.size <= KEPT_MAX) break;
        accountsById.delete(oldest);
      }
      return (cost) => {
        account.reserved -= tokens;
        account.spent += cost;
      };
    },
  };
}
