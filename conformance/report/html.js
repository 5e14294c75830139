// What the page can do beyond being read: another language, a filter, details made when they are opened, copying.
(() => {
  'use strict';
  const root = document.documentElement;
  const texts = JSON.parse(document.getElementById('texts').textContent);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Language.

  let language = root.lang;

  function say(key, values = {}) {
    return texts[key][language].replace(/\{(\d)\}/g, (_, i) => values[i] ?? '');
  }

  function translate(within) {
    for (const e of all('[data-t]', within)) e.textContent = say(e.dataset.t, e.dataset);
    for (const e of all('[data-label]', within)) e.setAttribute('aria-label', say(e.dataset.label));
    for (const e of all('[data-placeholder]', within)) e.placeholder = say(e.dataset.placeholder);
  }

  function speak(next) {
    const title = document.title.slice(say('title').length);
    language = root.lang = next;
    document.title = say('title') + title;
    const button = document.getElementById('language');
    button.textContent = say('switch');
    button.lang = next === 'ko' ? 'en' : 'ko';
    button.hidden = false;
  }

  document.getElementById('language').addEventListener('click', () => {
    speak(language === 'ko' ? 'en' : 'ko');
    translate(document);
  });
  const preferred = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => texts.title[tag]);
  const first = root.hasAttribute('data-auto') && preferred || language;
  const changed = first !== language;
  speak(first);
  if (changed) translate(document);

  // Details are text until they are opened: thousands of them would make a slow page.

  function fill(details) {
    const source = details.querySelector('noscript');
    if (!source) return;
    const body = document.createElement('div');
    body.innerHTML = source.textContent; // escaped where the page was written
    source.replaceWith(body);
    translate(body);
    for (const again of all('.again', body)) again.append(copier(again.querySelector('pre')));
  }

  function copier(pre) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.t = 'copy';
    button.textContent = say('copy');
    button.addEventListener('click', async () => {
      button.dataset.t = await copy(pre) ? 'copied' : 'copy.failed';
      button.textContent = say(button.dataset.t);
      document.getElementById('said').textContent = button.textContent;
      setTimeout(() => {
        button.dataset.t = 'copy';
        button.textContent = say('copy');
      }, 2000);
    });
    return button;
  }

  async function copy(pre) {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      return true;
    } catch { // a page without a secure context, or without the permission
      getSelection().selectAllChildren(pre);
      return document.execCommand('copy');
    }
  }

  document.addEventListener('toggle', (event) => {
    if (event.target.open && event.target.matches('details.case')) fill(event.target);
  }, true);

  addEventListener('beforeprint', () => {
    for (const details of all(':is([data-verdict="fail"], [data-verdict="error"], [data-verdict="differs"]) > .fold > details.case:not([hidden])')) {
      fill(details);
      details.open = details.parentElement.open = true;
    }
  });

  for (const details of all('details.case[open]')) fill(details);

  // Filter.

  const form = document.getElementById('filter');
  const status = document.getElementById('shown');
  const tables = all('table.cases');
  const cases = all('tr.case').map((row) => ({
    row,
    details: document.getElementById(row.dataset.case),
    cells: all('td[data-verdict]', row).map((td) => ({
      verdict: td.classList.contains('known') ? 'known' : td.dataset.verdict, version: td.dataset.version,
    })),
  }));
  const results = cases.reduce((n, c) => n + c.cells.length, 0);

  // textOf is all that is said about a case, to search.
  function textOf(c) {
    if (c.text === undefined) {
      const html = c.details.querySelector('noscript')?.textContent ?? '';
      const plain = html.replace(/<[^>]*>/g, ' ').replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(n))
        .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
      c.text = (c.details.textContent.replace(html, ' ') + ' ' + plain + ' ' + c.row.closest('tbody').querySelector('.name').textContent)
        .replaceAll('\u00ad', '').toLowerCase();
    }
    return c.text;
  }

  // The first search need not wait for all texts, where the browser has time before.
  let next = 0;
  function prepare(deadline) {
    while (next < cases.length && deadline.timeRemaining() > 2) textOf(cases[next++]);
    if (next < cases.length) requestIdleCallback(prepare);
  }
  if (form) globalThis.requestIdleCallback?.(prepare);

  function wanted() {
    const data = new FormData(form);
    return {
      verdicts: data.getAll('verdict'), version: data.get('version'),
      words: data.get('text').toLowerCase().split(/\s+/).filter(Boolean),
    };
  }

  function apply() {
    const want = wanted();
    const counts = {};
    let shown = 0;
    for (const c of cases) {
      const said = want.words.every((word) => textOf(c).includes(word));
      let match = 0;
      for (const cell of c.cells) {
        if (!said || want.version && cell.version !== want.version) continue;
        counts[cell.verdict] = (counts[cell.verdict] ?? 0) + 1;
        if (!want.verdicts.length || want.verdicts.includes(cell.verdict)) match++;
      }
      shown += match;
      c.row.hidden = c.details.hidden = !match;
    }
    for (const e of all('[data-count]', form)) e.textContent = counts[e.dataset.count] ?? 0;
    for (const e of all('.cases tbody')) e.hidden = !e.querySelector('.case:not([hidden])');
    for (const e of all('.group')) e.hidden = !e.querySelector('.case:not([hidden])');
    for (const table of tables) {
      const none = !table.querySelector('.case:not([hidden])');
      table.parentElement.hidden = none;
      table.closest('section').querySelector('[data-none]').hidden = !none;
    }
    const filtered = document.body.classList.toggle('filtered', Boolean(want.verdicts.length || want.version || want.words.length));
    if (filtered) for (const e of all('.group:not([hidden]) > .fold')) e.open = true;
    status.dataset.t = 'filter.shown';
    [status.dataset[0], status.dataset[1]] = [shown, results];
    status.textContent = say('filter.shown', [shown, results]);
  }

  // The filter is kept in the URL's fragment, with the case that was opened.

  let at = '';

  function remember() {
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) params.append(name, value);
    if (at && !document.getElementById(at).hidden) params.set('at', at);
    history.replaceState(null, '', params.size ? '#' + params : location.pathname + location.search);
  }

  function recall() {
    const fragment = location.hash.slice(1);
    const params = new URLSearchParams(fragment.includes('=') ? fragment : '');
    for (const field of form.elements) {
      if (field.type === 'checkbox') field.checked = params.getAll(field.name).includes(field.value);
      else if (field.name) field.value = params.get(field.name) ?? '';
    }
    apply();
    open(params.get('at') ?? fragment);
  }

  function open(id) {
    const details = document.getElementById(id);
    if (!details?.matches('details.case') || details.hidden) return false;
    at = id;
    for (const e of all('details.case.at')) e.classList.remove('at');
    details.classList.add('at');
    fill(details);
    details.open = details.parentElement.open = true;
    details.scrollIntoView({block: 'start'});
    details.querySelector('summary').focus({preventScroll: true});
    return true;
  }

  if (!form) return;
  let waiting = 0;
  form.addEventListener('input', (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      apply();
      remember();
    }, event.target.type === 'search' ? 120 : 0);
  });
  form.addEventListener('reset', () => setTimeout(() => {
    apply();
    remember();
  }));
  form.addEventListener('submit', (event) => event.preventDefault());
  document.addEventListener('click', (event) => {
    const id = event.target.closest('a[href^="#case-"]')?.hash.slice(1);
    if (!id) return;
    event.preventDefault();
    if (document.getElementById(id).hidden) {
      form.reset(); // a link from outside of the grid leads to a case that the filter hides
      apply();
    }
    open(id);
    remember();
  });
  addEventListener('hashchange', recall);

  // The families of the grid fold. In a long one, those without anything to look at are folded at first.

  for (const body of all('.cases tbody')) {
    const name = body.querySelector('.name');
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...name.childNodes);
    name.append(button);
    const fold = (folded) => {
      body.toggleAttribute('data-folded', folded);
      button.setAttribute('aria-expanded', String(!folded));
    };
    button.addEventListener('click', () => fold(!body.hasAttribute('data-folded')));
    fold(body.hasAttribute('data-calm') && cases.length > 40);
  }

  form.hidden = false;
  new ResizeObserver(() => {
    const sticky = getComputedStyle(form).position === 'sticky';
    root.style.setProperty('--bar', (sticky ? form.offsetHeight : 0) + 'px');
  }).observe(form);
  recall();
})();
