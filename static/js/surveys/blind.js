// Makes a right in this browser and has it signed without showing it (RFC 9474): what is proposed
// for a signature, and the right that comes of it. Everything is said in base64url.

const LIBRARY = "../../vendor/blindrsa/blindrsa.js";
const SUITE = { hash: "SHA-384", saltLength: 48, prepareType: 32 }; // PSS, 32 random bytes before

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (data) => btoa(String.fromCharCode(...data)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

export const isPossible = () => Boolean(window.crypto?.subtle);

async function suiteFor(key) {
  const { BlindRSA } = await import(LIBRARY);
  const scheme = { name: "RSA-PSS", hash: SUITE.hash };
  return [new BlindRSA(SUITE), await crypto.subtle.importKey("spki", bytes(key), scheme, true, ["verify"])];
}

export async function blinded(key) {
  const [suite, publicKey] = await suiteFor(key);
  const message = suite.prepare(crypto.getRandomValues(new Uint8Array(32)));
  const { blindedMsg, inv } = await suite.blind(publicKey, message);
  return { message: text(message), blinded: text(blindedMsg), inverse: text(inv) };
}

export async function unblinded(key, made, signature) {
  const [suite, publicKey] = await suiteFor(key);
  const signed = await suite.finalize(publicKey, bytes(made.message), bytes(signature), bytes(made.inverse));
  return `${made.message}.${text(signed)}`;
}
