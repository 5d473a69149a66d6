/** The key of the entry that says that this person has hidden or completed the list. */
const keyOf = (person: string): string => `countersign-onboarding-hidden-${person}`;

/** Whether the person has hidden or completed the checklist in this browser. */
export function isOnboardingHidden(person: string): boolean {
  try {
    return localStorage.getItem(keyOf(person)) !== null;
  } catch {
    return false;
  }
}

export function hideOnboarding(person: string): void {
  try {
    localStorage.setItem(keyOf(person), '1');
  } catch {
    // The browser forbids storage: the list is hidden until the page is loaded again.
  }
}
