"use strict";
// The people of the sheet: their cards in the page, their columns in the data block.

const data = JSON.parse(document.getElementById("data").textContent);
const people = data.people; // columns: people.name[3] belongs to cards[3]
const list = document.getElementById("people");
const cards = [...list.children];
const everyone = cards.map((_, person) => person);
const checks = new Map(data.checks.map((check) => [check.key, check]));
const severity = { retake: 2, review: 1, accept: 0 };
const figures = new Intl.NumberFormat("en", {
  maximumSignificantDigits: 3,
  maximumFractionDigits: 2,
  roundingPriority: "lessPrecision",
  signDisplay: "negative",
});

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Return text as it is searched: lower case, without accents, so that "muller" finds "Müller". */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

const searched = everyone.map((person) =>
  plain([people.name[person], people.id[person], people.title[person], departmentOf(person)].join("\n")),
);

function departmentOf(person) {
  return data.departments[people.department[person]];
}

function limitsOf(check, person) {
  return check.own[person] ?? check.limits;
}

/** Return how far a value is beyond its limits: above 0 is outside; null when not measured. */
function beyond(check, person) {
  const value = check.values[person];
  const [low, high] = limitsOf(check, person);
  if (value === null) return null;
  if (low === null && high === null) return value;
  return Math.max(low === null ? -Infinity : low - value, high === null ? -Infinity : value - high);
}

function whole(count) {
  return count.toLocaleString("en");
}

function number(value) {
  return figures.format(value).replace("-", "−");
}

function amount(check, value) {
  return `${number(value)}${check.unit === "°" ? "" : " "}${check.unit}`.trim();
}

/** Make an element with text; texts of people are isolated, whatever their script. */
function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function isolated(text, className = "") {
  return make("bdi", text, className);
}
