/* Directives: which ones, conditions that end where they began, and what macros can grow to.
 *
 * A macro's growth is known where it is defined, since its text may use only macros defined before:
 * `words` is how many words its text becomes, `uses` how often it repeats its most repeated argument.
 * A call then counts words + uses * (the argument's own words), and so on inwards.
 */
#include "kernels/screen_internal.h"

#include <stdio.h>
#include <string.h>

#define DIRECTIVE_WORDS 4 /* that one costs like */

uint32_t zn_screen_grow(uint32_t a, uint32_t b)
{
	uint64_t product = (uint64_t)a * b;
	return product > ZN_SCREEN_EXPANSION_MAX ? ZN_SCREEN_EXPANSION_MAX + 1 : (uint32_t)product;
}

static uint32_t add(uint32_t a, uint32_t b)
{
	uint64_t sum = (uint64_t)a + b;
	return sum > ZN_SCREEN_EXPANSION_MAX ? ZN_SCREEN_EXPANSION_MAX + 1 : (uint32_t)sum;
}

static struct zn_screen_macro *place_of(const struct zn_screen_state *s, uint64_t hash)
{
	size_t at = hash % ZN_SCREEN_MACRO_PLACES;
	while (s->macros[at].hash != 0 && s->macros[at].hash != hash)
		at = (at + 1) % ZN_SCREEN_MACRO_PLACES; /* never full: half of it is free */
	return (struct zn_screen_macro *)&s->macros[at];
}

const struct zn_screen_macro *zn_screen_macro_find(const struct zn_screen_state *s, uint64_t hash)
{
	const struct zn_screen_macro *macro = place_of(s, hash);
	return macro->hash == 0 ? NULL : macro;
}

/* Words in texts of macros, by half of their hash. */
static uint32_t *used_place(struct zn_screen_state *s, uint64_t hash)
{
	uint32_t key = (uint32_t)(hash >> 32) | 1u;
	size_t at = key % ZN_SCREEN_USED_PLACES;
	while (s->used[at] != 0 && s->used[at] != key)
		at = (at + 1) % ZN_SCREEN_USED_PLACES;
	return &s->used[at];
}

static void use(struct zn_screen_state *s, const struct zn_token *word)
{
	uint32_t *place = used_place(s, word->hash);
	if (*place != 0)
		return;
	*place = (uint32_t)(word->hash >> 32) | 1u;
	if (++s->used_count > ZN_SCREEN_USED_MAX) {
		zn_screen_at(s, ZN_SCREEN_MACRO_COUNT, word);
		s->stop = true;
	}
}

/* One #define while it is read. */
struct definition {
	struct zn_token name;
	uint64_t parameters[ZN_SCREEN_PARAMETERS_MAX];
	uint32_t parameter_uses[ZN_SCREEN_PARAMETERS_MAX];
	uint32_t parameters_count;
	bool function;
	uint32_t words;
	char opens[ZN_SCREEN_DEPTH_MAX];
	uint32_t growths[ZN_SCREEN_DEPTH_MAX + 1];
	uint32_t depth;
	uint32_t
		attribute_depth; /* brackets around the last __attribute__, and one; 0: behind it */
	struct zn_token last;
};

static int parameter_of(const struct definition *d, const struct zn_token *token)
{
	if (token->kind != ZN_TOKEN_WORD)
		return -1;
	for (uint32_t i = 0; i < d->parameters_count; i++)
		if (d->parameters[i] == token->hash)
			return (int)i;
	return -1;
}

static bool is_line_end(const struct zn_token *token)
{
	return token->kind == ZN_TOKEN_NEWLINE || token->kind == ZN_TOKEN_END;
}

static void skip_line(struct zn_screen_state *s, struct zn_token *token)
{
	while (!is_line_end(token))
		zn_screen_next(token, s, true);
}

/* (a, b) behind a macro's name. False: the directive is given up. */
static bool read_parameters(struct definition *d, struct zn_screen_state *s, struct zn_token *token)
{
	bool wants_name = true;
	d->function = true;
	for (;;) {
		zn_screen_next(token, s, true);
		if (token->sign == ')' && (!wants_name || d->parameters_count == 0))
			break;
		bool name = token->kind == ZN_TOKEN_WORD;
		if (name != wants_name || (!name && token->sign != ',') ||
			d->parameters_count + name > ZN_SCREEN_PARAMETERS_MAX) {
			zn_screen_at(s, ZN_SCREEN_MACRO_FORM, &d->name);
			return false;
		}
		if (name)
			d->parameters[d->parameters_count++] = token->hash;
		wants_name = !name;
	}
	zn_screen_next(token, s, true);
	return true;
}

/* Words that are refused also stand in texts of macros and in conditions. */
static void check_word(struct zn_screen_state *s, const struct zn_token *token,
	const struct zn_token *last, bool text)
{
	if (token->kind == ZN_TOKEN_WORD) {
		const char *mend = NULL;
		enum zn_screen_rule rule = zn_word_rule(token, s->bits);
		bool member = last != NULL && (last->sign == '.' || last->sign == ZN_SIGN_ARROW);
		if (rule == ZN_SCREEN_MACHINE_FUNCTION && member)
			rule = ZN_SCREEN_OK;
		if (rule == ZN_SCREEN_OK && text && !member)
			rule = zn_word_function_rule(&mend, token, s->bits);
		if (rule != ZN_SCREEN_OK)
			zn_screen_report(s, rule, token->line, token->column, token->text, mend);
	} else if (token->kind == ZN_TOKEN_NUMBER && text) {
		enum zn_screen_rule rule = zn_word_number_rule(token, s->bits);
		if (rule != ZN_SCREEN_OK)
			zn_screen_at(s, rule, token);
	} else if (token->sign == ZN_SIGN_PASTE || token->sign == '#') {
		zn_screen_at(s, ZN_SCREEN_PASTING, token);
	} else if (token->sign == '[' && last != NULL && last->sign == '[') {
		zn_screen_at(s, ZN_SCREEN_ATTRIBUTE, token);
	}
}

static void count_word(struct definition *d, struct zn_screen_state *s,
	const struct zn_token *token)
{
	int parameter = parameter_of(d, token);
	uint32_t growth = d->growths[d->depth];
	uint32_t words = growth;
	if (parameter >= 0) {
		d->parameter_uses[parameter] = add(d->parameter_uses[parameter], growth);
	} else if (token->kind == ZN_TOKEN_WORD) {
		const struct zn_screen_macro *macro = zn_screen_macro_find(s, token->hash);
		if (macro != NULL)
			words = zn_screen_grow(growth, macro->words);
		use(s, token);
	}
	d->words = add(d->words, words);
}

/* Brackets of a macro's text: balanced, and the growth of what stands in a call's. */
static bool count_bracket(struct definition *d, struct zn_screen_state *s,
	const struct zn_token *token)
{
	static const char opens[] = "([{", closes[] = ")]}";
	if (token->kind != ZN_TOKEN_SIGN)
		return true;
	if (strchr(opens, token->sign) != NULL) {
		if (d->depth == ZN_SCREEN_DEPTH_MAX) {
			zn_screen_at(s, ZN_SCREEN_NESTED, token);
			return false;
		}
		uint32_t growth = d->growths[d->depth];
		const struct zn_screen_macro *macro =
			token->sign == '(' && d->last.kind == ZN_TOKEN_WORD
				? zn_screen_macro_find(s, d->last.hash)
				: NULL;
		if (macro != NULL && macro->uses > 1)
			growth = zn_screen_grow(growth, macro->uses);
		d->opens[d->depth++] = token->sign;
		d->growths[d->depth] = growth;
	} else if (strchr(closes, token->sign) != NULL) {
		char open = opens[strchr(closes, token->sign) - closes];
		if (d->depth == 0 || d->opens[d->depth - 1] != open) {
			zn_screen_at(s, ZN_SCREEN_BRACKETS, token);
			return false;
		}
		d->depth--;
	}
	return true;
}

/* Exact class: a parameter that is called or stands before another word could be any function. */
static void check_joined(struct zn_screen_state *s, const struct definition *d,
	const struct zn_token *token)
{
	if ((s->bits & ZN_SCREEN_EXACT) && parameter_of(d, &d->last) >= 0 &&
		(token->sign == '(' || token->kind == ZN_TOKEN_WORD))
		zn_screen_at(s, ZN_SCREEN_EXACT_MACRO, &d->last);
}

static bool is_attribute(const struct zn_token *token)
{
	return zn_word_is(token, ZN_IS_ATTRIBUTE);
}

/* __attribute__((name, name(number))): both brackets and all names stand in the macro's own text. */
static void check_attribute(struct zn_screen_state *s, struct definition *d,
	const struct zn_token *token)
{
	uint32_t base = d->attribute_depth == 0 ? UINT32_MAX : d->attribute_depth - 1;
	bool must_open = is_attribute(&d->last) || (d->last.sign == '(' && d->depth == base + 1);
	if (d->attribute_depth != 0 && must_open && token->sign != '(') {
		zn_screen_at(s, ZN_SCREEN_ATTRIBUTE_FORM, token);
		d->attribute_depth = 0;
	} else if (d->attribute_depth != 0 && d->depth == base + 2 &&
		   token->kind == ZN_TOKEN_WORD && !zn_word_is(token, ZN_IS_ALLOWED)) {
		zn_screen_at(s, ZN_SCREEN_ATTRIBUTE, token);
	} else if (d->depth == base && !is_attribute(&d->last)) {
		d->attribute_depth = 0;
	}
	if (is_attribute(token))
		d->attribute_depth = d->depth + 1;
}

static void keep(struct zn_screen_state *s, const struct definition *d)
{
	uint32_t uses = 0;
	for (uint32_t i = 0; i < d->parameters_count; i++)
		uses = d->parameter_uses[i] > uses ? d->parameter_uses[i] : uses;
	struct zn_screen_macro *macro = place_of(s, d->name.hash);
	bool grows = macro->hash == 0 || d->words > macro->words || uses > macro->uses;
	if (grows && *used_place(s, d->name.hash) != 0)
		zn_screen_at(s, ZN_SCREEN_MACRO_LATER, &d->name);
	if (d->words > ZN_SCREEN_EXPANSION_MAX || uses > ZN_SCREEN_EXPANSION_MAX)
		zn_screen_at(s, ZN_SCREEN_MACRO_BOMB, &d->name);
	if (macro->hash == 0) {
		if (++s->macros_count > ZN_SCREEN_MACROS_MAX) {
			zn_screen_at(s, ZN_SCREEN_MACRO_COUNT, &d->name);
			s->stop = true;
			return;
		}
		*macro = (struct zn_screen_macro){.hash = d->name.hash};
	}
	macro->words = d->words > macro->words ? d->words : macro->words;
	macro->uses = uses > macro->uses ? uses : macro->uses;
	macro->function = macro->function || d->function;
}

static void define(struct zn_screen_state *s, struct zn_token *token)
{
	struct definition d = {0};
	if (++s->defines > ZN_SCREEN_DEFINES_MAX) {
		zn_screen_at(s, ZN_SCREEN_MACRO_COUNT, token);
		s->stop = true;
		return;
	}
	zn_screen_next(token, s, true);
	if (token->kind != ZN_TOKEN_WORD) {
		zn_screen_at(s, ZN_SCREEN_MACRO_FORM, token);
		return;
	}
	d.name = *token;
	d.growths[0] = 1;
	if (zn_word_is_no_macro(token))
		zn_screen_at(s, ZN_SCREEN_MACRO_NAME, token);
	check_word(s, token, NULL, true);
	if (!(s->bits & ZN_SCREEN_OURS) && zn_word_is_ours(token))
		zn_screen_at(s, ZN_SCREEN_OUR_NAME, token);
	zn_screen_next(token, s, true);
	if (token->sign == '(' && !token->spaced && !read_parameters(&d, s, token))
		return;
	for (; !is_line_end(token); zn_screen_next(token, s, true)) {
		check_word(s, token, d.last.kind == ZN_TOKEN_END ? NULL : &d.last, true);
		check_joined(s, &d, token);
		check_attribute(s, &d, token);
		count_word(&d, s, token);
		if (s->stop || !count_bracket(&d, s, token))
			return;
		d.last = *token;
	}
	if (d.depth != 0)
		zn_screen_at(s, ZN_SCREEN_BRACKETS, &d.name);
	if (is_attribute(&d.last))
		zn_screen_at(s, ZN_SCREEN_ATTRIBUTE_FORM, &d.last);
	keep(s, &d);
}

static void condition(struct zn_screen_state *s, const struct zn_token *name)
{
	if (s->ifs_count == ZN_SCREEN_IF_DEPTH_MAX) {
		zn_screen_at(s, ZN_SCREEN_NESTED, name);
		s->stop = true;
		return;
	}
	s->ifs[s->ifs_count++] = (struct zn_screen_if){.began = s->spot,
		.depth = s->depth,
		.line = name->line,
		.column = name->column};
}

/* The end of a branch: all branches of one #if leave the same brackets open. */
static void branch(struct zn_screen_state *s, const struct zn_token *name)
{
	bool end = strcmp(name->text, "endif") == 0;
	struct zn_screen_if *of = s->ifs_count == 0 ? NULL : &s->ifs[s->ifs_count - 1];
	if (of == NULL || (!end && of->has_else)) {
		zn_screen_at(s, ZN_SCREEN_CONDITION, name);
		s->stop = true;
		return;
	}
	bool none = end && !of->has_else; /* maybe no branch is taken */
	if ((of->ended && of->ended_depth != s->depth) || (none && s->depth != of->depth)) {
		zn_screen_at(s, ZN_SCREEN_BRANCHES, name);
		s->stop = true;
		return;
	}
	of->ended = true;
	of->ended_depth = s->depth;
	of->has_else = strcmp(name->text, "else") == 0;
	of->closed_call |= s->spot.closed_call || (none && of->began.closed_call);
	of->parameters |= s->spot.parameters || (none && of->began.parameters);
	if (end) {
		s->spot.closed_call |= of->closed_call;
		s->spot.parameters |= of->parameters;
		s->ifs_count--;
	} else {
		s->depth = of->depth;
		s->spot = of->began;
	}
}

/* Count words towards all that the compiler will read; each directive is some. */
static void spend(struct zn_screen_state *s, const struct zn_token *token, uint32_t words)
{
	s->expanded = add(s->expanded, words);
	if (s->expanded > ZN_SCREEN_EXPANSION_MAX && !s->stop) {
		zn_screen_at(s, ZN_SCREEN_MACRO_BOMB, token);
		s->stop = true;
	}
}

/* Macros are put into conditions too. What stands in a call's brackets is not followed there: a
 * condition is one line of code that is read once, so all of it counts as repeated. */
static void check_condition(struct zn_screen_state *s, struct zn_token *token)
{
	uint32_t growth = 1, words = 0;
	struct zn_token last = {0};
	for (zn_screen_next(token, s, true); !is_line_end(token); zn_screen_next(token, s, true)) {
		const struct zn_screen_macro *macro =
			token->kind == ZN_TOKEN_WORD ? zn_screen_macro_find(s, token->hash) : NULL;
		check_word(s, token, last.kind == ZN_TOKEN_END ? NULL : &last, false);
		words = add(words, macro == NULL ? 1 : macro->words);
		if (macro != NULL && macro->uses > 1)
			growth = zn_screen_grow(growth, macro->uses);
		last = *token;
	}
	spend(s, token, zn_screen_grow(words, growth));
}

void zn_screen_directive(struct zn_screen_state *s, const struct zn_token *hash)
{
	static const struct {
		const char *name;
		enum zn_screen_rule rule;
	} refused[] = {{"include", ZN_SCREEN_INCLUDE}, {"include_next", ZN_SCREEN_INCLUDE},
		{"import", ZN_SCREEN_INCLUDE}, {"embed", ZN_SCREEN_INCLUDE},
		{"pragma", ZN_SCREEN_PRAGMA}, {"undef", ZN_SCREEN_UNDEF}};
	struct zn_token token;
	zn_screen_next(&token, s, true);
	spend(s, &token, DIRECTIVE_WORDS);
	if (is_line_end(&token) || s->stop)
		return;
	if (strcmp(token.text, "define") == 0) {
		define(s, &token);
	} else if (strcmp(token.text, "if") == 0 || strcmp(token.text, "ifdef") == 0 ||
		   strcmp(token.text, "ifndef") == 0) {
		zn_screen_code_pause(s);
		condition(s, &token);
		check_condition(s, &token);
	} else if (strcmp(token.text, "elif") == 0 || strcmp(token.text, "else") == 0 ||
		   strcmp(token.text, "endif") == 0) {
		zn_screen_code_pause(s);
		branch(s, &token);
		check_condition(s, &token);
	} else {
		enum zn_screen_rule rule = ZN_SCREEN_DIRECTIVE;
		for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
			if (strcmp(token.text, refused[i].name) == 0)
				rule = refused[i].rule;
		char word[ZN_SCREEN_CUT_BYTES] = "#", name[ZN_SCREEN_CUT_BYTES];
		snprintf(word, sizeof word, "#%.30s", zn_screen_cut(name, token.text));
		zn_screen_report(s, rule, hash->line, hash->column, word, NULL);
	}
	skip_line(s, &token);
}

void zn_screen_ifs_end(struct zn_screen_state *s)
{
	if (s->ifs_count > 0)
		zn_screen_report(s, ZN_SCREEN_CONDITION, s->ifs[s->ifs_count - 1].line,
			s->ifs[s->ifs_count - 1].column, "#if", NULL);
}
