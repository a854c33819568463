/** What a key of a judge may be called: variables of the environment have the same names. */
export const keyName = /^[A-Za-z_]\w*$/;
