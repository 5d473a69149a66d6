/** What holds for everything that a customer's admins change while their tenant is not claimed. */
export const UNTIL_CLAIMED =
  'Until the tenant is claimed, the vendor’s organisation file overrules it when it is next applied.';
