/* What stands outside directives: brackets, declarations, calls, and how much of everything. */
#include "kernels/screen_internal.h"

#include <string.h>

#define SPOT   s->spot
#define NOW    s->spot.now
#define BEFORE s->spot.before

/* Without the part of the text that is not used: half of the time was spent on it. */
static void copy_token(struct zn_token *to, const struct zn_token *from)
{
	memcpy(to, from, offsetof(struct zn_token, text) + from->length + 1);
}

static bool is_name(const struct zn_token *token)
{
	return token->kind == ZN_TOKEN_WORD &&
	       !zn_word_is(token, ZN_IS_FLOW | ZN_IS_SIZEOF | ZN_IS_ATTRIBUTE);
}

static bool is_sign(const struct zn_token *token, char sign)
{
	return token->kind == ZN_TOKEN_SIGN && token->sign == sign;
}

static bool is_member(const struct zn_token *before)
{
	return is_sign(before, '.') || is_sign(before, ZN_SIGN_ARROW);
}

/* --- words ---------------------------------------------------------------------------------- */

static void check_word(struct zn_screen_state *s, const struct zn_token *token)
{
	enum zn_screen_rule rule = zn_word_rule(token, s->bits);
	if (rule == ZN_SCREEN_MACHINE_FUNCTION && is_member(&NOW))
		return;
	if (rule != ZN_SCREEN_OK)
		zn_screen_at(s, rule, token);
	if (!(s->bits & ZN_SCREEN_OURS) && is_name(&NOW) && zn_word_is_ours(token) &&
		strcmp(NOW.text, "struct") != 0 && strcmp(token->text, "zn_map") != 0 &&
		strcmp(token->text, "zn_chunk") != 0)
		zn_screen_at(s, ZN_SCREEN_OUR_NAME, token);
}

/* The word `now` is followed by what makes it a call: "(", or by a word, which may be a macro. */
static void check_called(struct zn_screen_state *s)
{
	const char *mend;
	if (NOW.kind != ZN_TOKEN_WORD || is_member(&BEFORE))
		return;
	enum zn_screen_rule rule = zn_word_function_rule(&mend, &NOW, s->bits);
	if (rule != ZN_SCREEN_OK)
		zn_screen_report(s, rule, NOW.line, NOW.column, NOW.text, mend);
}

void zn_screen_code_pause(struct zn_screen_state *s)
{
	check_called(s);
}

static void count_words(struct zn_screen_state *s, const struct zn_token *token)
{
	uint32_t words = s->levels[s->depth].growth;
	const struct zn_screen_macro *macro =
		token->kind == ZN_TOKEN_WORD ? zn_screen_macro_find(s, token->hash) : NULL;
	if (macro != NULL)
		words = zn_screen_grow(words, macro->words);
	if (words > ZN_SCREEN_EXPANSION_MAX || s->expanded + words > ZN_SCREEN_EXPANSION_MAX) {
		zn_screen_at(s, ZN_SCREEN_MACRO_BOMB, token);
		s->stop = true;
	}
	s->expanded += words;
}

/* --- statements ----------------------------------------------------------------------------- */

static uint8_t step_statement(uint8_t at, const struct zn_token *token)
{
	bool name = is_name(token), star = is_sign(token, '*'), comma = is_sign(token, ',');
	switch ((enum zn_statement)at) {
	case ZN_AT_START:
		return name ? ZN_AT_NAME : ZN_AT_OTHER;
	case ZN_AT_NAME:
		return name ? ZN_AT_NAMES : star ? ZN_AT_STARS : ZN_AT_OTHER;
	case ZN_AT_NAMES:
		return name    ? ZN_AT_NAMES
		       : star  ? ZN_AT_STARS
		       : comma ? ZN_AT_NEXT
			       : ZN_AT_DECLARED;
	case ZN_AT_STARS:
		return star ? ZN_AT_STARS : name ? ZN_AT_STARRED_NAME : ZN_AT_OTHER;
	case ZN_AT_STARRED_NAME:
		return name ? ZN_AT_STARRED_NAME : comma ? ZN_AT_NEXT : ZN_AT_DECLARED;
	case ZN_AT_DECLARED:
		return comma ? ZN_AT_NEXT : ZN_AT_DECLARED;
	case ZN_AT_NEXT:
	case ZN_AT_NEXT_NAME:
		return star    ? ZN_AT_NEXT
		       : name  ? ZN_AT_NEXT_NAME
		       : comma ? ZN_AT_NEXT
			       : ZN_AT_DECLARED;
	case ZN_AT_OTHER:
		return ZN_AT_OTHER;
	}
	return ZN_AT_OTHER;
}

static bool declares_a_name(uint8_t at)
{
	return at == ZN_AT_NAMES || at == ZN_AT_STARRED_NAME || at == ZN_AT_NEXT_NAME;
}

static void prototype(struct zn_screen_state *s, const struct zn_token *name)
{
	zn_screen_at(s, ZN_SCREEN_PROTOTYPE, name);
}

/* "name (" where only a declaration can stand: inside a function or a struct. */
static void check_inner_prototype(struct zn_screen_state *s)
{
	bool typed = is_name(&BEFORE) && is_name(&NOW);
	if (s->depth > 0 && is_name(&NOW) && (typed || declares_a_name(SPOT.statement)))
		prototype(s, &NOW);
}

static void end_statement(struct zn_screen_state *s)
{
	SPOT.statement = ZN_AT_START;
	s->statement_words = 0;
	s->loops = 0;
	s->array = 0;
}

/* One that may stand before an operand. */
static bool is_operator(const struct zn_token *token)
{
	switch (token->sign) {
	case '+':
	case '-':
	case '!':
	case '~':
	case '*':
	case '&':
	case ZN_SIGN_STEPS:
		return token->kind == ZN_TOKEN_SIGN;
	}
	return false;
}

static void count_statement(struct zn_screen_state *s, const struct zn_token *token)
{
	bool sign = is_operator(token);
	if (sign || zn_word_is(token, ZN_IS_SIZEOF))
		s->signs++;
	else
		s->signs = 0;
	if (s->signs == ZN_SCREEN_SIGNS_MAX + 1)
		zn_screen_at(s, ZN_SCREEN_SIGNS, token);
	if (++s->statement_words == ZN_SCREEN_STATEMENT_MAX + 1)
		zn_screen_at(s, ZN_SCREEN_STATEMENT, token);
	if (token->kind == ZN_TOKEN_NUMBER && ++s->literals == ZN_SCREEN_LITERALS_MAX + 1)
		zn_screen_at(s, ZN_SCREEN_LITERALS, token);
	if (!zn_word_is(token, ZN_IS_FLOW))
		return;
	bool loop = strcmp(token->text, "if") == 0 || strcmp(token->text, "for") == 0 ||
		    strcmp(token->text, "while") == 0 || strcmp(token->text, "do") == 0 ||
		    strcmp(token->text, "switch") == 0;
	if (loop && ++s->loops == ZN_SCREEN_LOOPS_MAX + 1)
		zn_screen_at(s, ZN_SCREEN_LOOPS, token);
	if (strcmp(token->text, "else") == 0 && ++s->elses == ZN_SCREEN_ELSES_MAX + 1)
		zn_screen_at(s, ZN_SCREEN_ELSES, token);
	if (strcmp(token->text, "case") == 0 && ++s->cases == ZN_SCREEN_CASES_MAX + 1)
		zn_screen_at(s, ZN_SCREEN_CASES, token);
}

/* --- the file's own level ------------------------------------------------------------------- */

static void begin_function(struct zn_screen_state *s)
{
	const struct zn_level *call = &s->last_call;
	s->in_function = true;
	s->function_hash = call->name_hash;
	s->elses = 0;
	SPOT.parameters = SPOT.assigned = false;
	bool entry = strcmp(call->word, "zn_map") == 0 || strcmp(call->word, "zn_chunk") == 0;
	bool ours = strncmp(call->word, "zn_", 3) == 0 || strncmp(call->word, "ZN_", 3) == 0;
	if (ours && !entry && !(s->bits & ZN_SCREEN_OURS))
		zn_screen_report(s, ZN_SCREEN_OUR_NAME, call->line, call->column, call->word, NULL);
}

static void check_file_level(struct zn_screen_state *s, const struct zn_token *token)
{
	if (SPOT.parameters && !is_sign(token, '{') && !zn_word_is(token, ZN_IS_ATTRIBUTE) &&
		!(is_sign(token, '(') && zn_word_is(&NOW, ZN_IS_ATTRIBUTE))) {
		const struct zn_level *call = &s->last_call;
		zn_screen_report(s, ZN_SCREEN_PROTOTYPE, call->line, call->column, call->word,
			NULL);
		SPOT.parameters = false;
	}
	if (is_sign(token, '='))
		SPOT.assigned = true;
	if (is_sign(token, ';')) {
		SPOT.assigned = false;
		end_statement(s);
	}
	/* struct zn_x { defines what is ours */
	if (is_sign(token, '{') && NOW.kind == ZN_TOKEN_WORD && zn_word_is_ours(&NOW) &&
		!(s->bits & ZN_SCREEN_OURS))
		zn_screen_at(s, ZN_SCREEN_OUR_NAME, &NOW);
}

/* --- brackets ------------------------------------------------------------------------------- */

static void open_bracket(struct zn_screen_state *s, const struct zn_token *token)
{
	if (s->depth == ZN_SCREEN_DEPTH_MAX) {
		zn_screen_at(s, ZN_SCREEN_NESTED, token);
		s->stop = true;
		return;
	}
	struct zn_level *outer = &s->levels[s->depth], *level = &s->levels[s->depth + 1];
	bool named = is_name(&NOW);
	outer->statement =
		token->sign == '{' ? SPOT.statement : step_statement(SPOT.statement, token);
	*level = (struct zn_level){.open = token->sign,
		.growth = outer->growth,
		.line = token->line,
		.column = token->column};
	if (token->sign == '(') {
		const struct zn_screen_macro *macro =
			named ? zn_screen_macro_find(s, NOW.hash) : NULL;
		if (macro != NULL && macro->uses > 1)
			level->growth = zn_screen_grow(outer->growth, macro->uses);
		level->call = named;
		level->attribute = zn_word_is(&NOW, ZN_IS_ATTRIBUTE);
		level->name_hash = NOW.hash;
		if (named) {
			level->line = NOW.line;
			level->column = NOW.column;
			zn_screen_cut(level->word, NOW.text);
		}
		bool loop = NOW.kind == ZN_TOKEN_WORD && strcmp(NOW.text, "for") == 0;
		SPOT.statement = loop ? ZN_AT_START : ZN_AT_OTHER;
	} else if (token->sign == '[') {
		level->known = true;
		level->declares =
			declares_a_name(SPOT.statement) || (is_sign(&NOW, ']') && s->array > 0);
		SPOT.statement = ZN_AT_OTHER;
	} else {
		level->initialiser = outer->initialiser || is_sign(&NOW, '=');
		if (s->depth == 0 && SPOT.parameters)
			begin_function(s);
		end_statement(s);
	}
	s->depth++;
}

static void close_array(struct zn_screen_state *s, const struct zn_level *level)
{
	if (!level->declares || !level->known)
		return;
	uint64_t most = s->in_function ? ZN_SCREEN_PRIVATE_MAX : ZN_SCREEN_ARRAY_MAX;
	uint64_t elements = s->array == 0 ? level->value : s->array * level->value;
	if (elements > most) {
		struct zn_token place = {.line = level->line, .column = level->column};
		place.text[0] = '[';
		zn_screen_at(s, s->in_function ? ZN_SCREEN_PRIVATE_ARRAY : ZN_SCREEN_ARRAY, &place);
	}
	s->array = elements > UINT32_MAX ? UINT32_MAX : elements;
}

static void close_bracket(struct zn_screen_state *s, const struct zn_token *token)
{
	static const char opens[] = "([{", closes[] = ")]}";
	char wanted = opens[strchr(closes, token->sign) - closes];
	struct zn_level level = s->levels[s->depth];
	if (s->depth == 0 || level.open != wanted) {
		zn_screen_at(s, ZN_SCREEN_BRACKETS, token);
		s->stop = true;
		return;
	}
	if (s->ifs_count > 0 && s->depth == s->ifs[s->ifs_count - 1].depth) {
		zn_screen_at(s, ZN_SCREEN_BRANCHES, token);
		s->stop = true;
		return;
	}
	s->depth--;
	SPOT.statement = s->levels[s->depth].statement;
	if (token->sign == ']')
		close_array(s, &level);
	if (token->sign == ')' && level.call) {
		s->last_call = level;
		SPOT.closed_call = s->depth > 0 || SPOT.assigned;
		SPOT.parameters = s->depth == 0 && !SPOT.assigned;
	}
	if (token->sign != '}')
		return;
	if (s->depth == 0 && s->in_function) {
		s->in_function = false;
		s->function_hash = 0;
		end_statement(s);
	} else if (s->depth > 0 && !level.initialiser) {
		end_statement(s);
	} else {
		/* = { ... }, or struct { ... } name */
		SPOT.statement = level.initialiser ? ZN_AT_DECLARED : ZN_AT_NAME;
	}
}

/* Numbers, * << + - in an array's brackets; anything else makes its size unknown. */
static void read_array(struct zn_level *level, const struct zn_token *token)
{
	uint64_t number;
	if (token->kind == ZN_TOKEN_SIGN && strchr("*+-"
						   "S",
						    token->sign) != NULL) {
		level->pending = token->sign;
	} else if (token->kind == ZN_TOKEN_NUMBER && zn_word_number(&number, token)) {
		uint64_t value = level->value;
		if (level->pending == '*')
			value = number == 0                   ? 0
				: value > UINT32_MAX / number ? UINT32_MAX
							      : value * number;
		else if (level->pending == ZN_SIGN_SHIFT)
			value = number > 31 || value > UINT32_MAX >> number ? UINT32_MAX
									    : value << number;
		else if (level->pending == '+')
			value += number;
		else if (level->pending == '-')
			value = value > number ? value - number : 0;
		else
			value = number;
		level->value = value > UINT32_MAX ? UINT32_MAX : value;
	} else if (!is_sign(token, '(') && !is_sign(token, ')')) {
		level->known = false;
	}
}

/* --- attributes ----------------------------------------------------------------------------- */

static void check_attribute(struct zn_screen_state *s, const struct zn_token *token)
{
	const struct zn_level *level = &s->levels[s->depth];
	bool introduced = zn_word_is(&NOW, ZN_IS_ATTRIBUTE);
	bool first = level->attribute && is_sign(&NOW, '(');
	if ((introduced || first) && !is_sign(token, '(')) {
		zn_screen_report(s, ZN_SCREEN_ATTRIBUTE_FORM, NOW.line, NOW.column, "__attribute__",
			NULL);
		return;
	}
	uint32_t inner = s->depth;
	bool named = inner >= 2 && s->levels[inner - 1].attribute && level->open == '(';
	bool argued = inner >= 3 && s->levels[inner - 2].attribute && level->open == '(';
	uint64_t number;
	if (named && token->kind == ZN_TOKEN_WORD && !zn_word_is(token, ZN_IS_ALLOWED))
		zn_screen_at(s, ZN_SCREEN_ATTRIBUTE, token);
	else if (named && !is_sign(token, ',') && !is_sign(token, '(') && !is_sign(token, ')') &&
		 token->kind != ZN_TOKEN_WORD)
		zn_screen_at(s, ZN_SCREEN_ATTRIBUTE_FORM, token);
	else if (argued && token->kind == ZN_TOKEN_NUMBER && zn_word_number(&number, token) &&
		 number > ZN_SCREEN_ALIGN_MAX)
		zn_screen_at(s, ZN_SCREEN_ALIGN, token);
}

/* --- all of it ------------------------------------------------------------------------------ */

static void check_pair(struct zn_screen_state *s, const struct zn_token *token)
{
	bool opens = is_sign(token, '(');
	if (opens || token->kind == ZN_TOKEN_WORD)
		check_called(s);
	if (opens)
		check_inner_prototype(s);
	if (opens && s->function_hash != 0 && NOW.kind == ZN_TOKEN_WORD &&
		NOW.hash == s->function_hash && !is_member(&BEFORE))
		zn_screen_at(s, ZN_SCREEN_RECURSION, &NOW);
	bool joined = opens || ((s->bits & ZN_SCREEN_EXACT) && is_name(token));
	if (SPOT.closed_call && joined)
		zn_screen_report(s, ZN_SCREEN_CALLED_CALL, s->last_call.line, s->last_call.column,
			s->last_call.word, NULL);
	if (is_sign(token, '[') && is_sign(&NOW, '['))
		zn_screen_at(s, ZN_SCREEN_ATTRIBUTE, token);
	if (token->kind == ZN_TOKEN_NUMBER) {
		enum zn_screen_rule rule = zn_word_number_rule(token, s->bits);
		if (rule != ZN_SCREEN_OK)
			zn_screen_at(s, rule, token);
	}
}

void zn_screen_code(struct zn_screen_state *s, const struct zn_token *token)
{
	if (token->kind == ZN_TOKEN_WORD)
		check_word(s, token);
	check_pair(s, token);
	SPOT.closed_call = false;
	check_attribute(s, token);
	count_words(s, token);
	count_statement(s, token);
	if (s->depth == 0)
		check_file_level(s, token);
	if (s->levels[s->depth].open == '[' && !is_sign(token, ']'))
		read_array(&s->levels[s->depth], token);
	char sign = token->kind == ZN_TOKEN_SIGN ? token->sign : ' ';
	bool declared_array = sign == '[' || sign == ']';
	if (!declared_array && s->levels[s->depth].open != '[')
		s->array = 0;
	if (s->stop)
		return;
	if (sign == '(' || sign == '[' || sign == '{') {
		open_bracket(s, token);
	} else if (sign == ')' || sign == ']' || sign == '}') {
		close_bracket(s, token);
	} else {
		SPOT.statement = step_statement(SPOT.statement, token);
		char inside = s->levels[s->depth].open;
		if (sign == ';' && inside == '{')
			end_statement(s);
		if (sign == ',' && s->levels[s->depth].initialiser)
			s->statement_words = 0;
	}
	copy_token(&BEFORE, &NOW);
	copy_token(&NOW, token);
}

void zn_screen_code_end(struct zn_screen_state *s)
{
	if (s->depth > 0) {
		const struct zn_level *level = &s->levels[s->depth];
		char word[2] = {level->open, '\0'};
		zn_screen_report(s, ZN_SCREEN_BRACKETS, level->line, level->column, word, NULL);
	} else if (NOW.kind != ZN_TOKEN_END && !is_sign(&NOW, ';') && !is_sign(&NOW, '}')) {
		zn_screen_at(s, ZN_SCREEN_UNTERMINATED, &NOW);
	}
}
