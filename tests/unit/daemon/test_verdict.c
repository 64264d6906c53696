/* Verdicts: a second delivery is a fault unless somebody asked for it. */
#include "check_main.h"

#include "daemon/verdict.h"

/* One letter for each sequence: d(elivered) r(epeated) u(nwanted) x (dead) p(ending) < (before)
 * - (never); before it where it stands: the source (nothing, or a number after so many rewinds,
 * + after damage), b(ackfill) numbered, m (amends) numbered. */
static enum verdict judge(const char *text)
{
    struct tally tally = {.fates = {0}};
    for (; *text != '\0'; text++) {
        enum trace_place place = TRACE_SOURCE;
        uint32_t occasion = 1;
        if (*text == 'b' || *text == 'm') {
            place = *text++ == 'b' ? TRACE_BACKFILL : TRACE_AMENDS;
            occasion = (place == TRACE_BACKFILL ? 100 : 200) + (uint32_t)(*text++ - '0');
        } else if (*text >= '0' && *text <= '9') {
            place = TRACE_REWOUND;
            occasion += (uint32_t)(*text++ - '0');
        } else if (*text == '+') {
            place = TRACE_REREAD;
            occasion += 50;
            text++;
        }
        tally_add(&tally, place, occasion, (enum store_fate)(strchr("druxp<-", *text) - "druxp<-"));
    }
    return tally_verdict(&tally);
}

START_TEST(a_second_delivery_that_nobody_asked_for_is_a_fault)
{
    ck_assert_int_eq(judge("d"), VERDICT_GOT);
    ck_assert_int_eq(judge("dd"), VERDICT_TWICE);
    ck_assert_int_eq(judge("dr"), VERDICT_TWICE);
    ck_assert_int_eq(judge("dm1d"), VERDICT_TWICE);
    ck_assert_int_eq(judge("m1dm2d"), VERDICT_TWICE);
    ck_assert_int_eq(judge("db1db1d"), VERDICT_TWICE);
    ck_assert_int_eq(judge("d1d1d"), VERDICT_TWICE);
}
END_TEST

START_TEST(one_that_was_asked_for_is_told_with_its_reason)
{
    ck_assert_int_eq(judge("db1d"), VERDICT_BACKFILLED);
    ck_assert_int_eq(judge("db1db2d"), VERDICT_BACKFILLED);
    ck_assert_int_eq(judge("d1d"), VERDICT_REDELIVERED);
    ck_assert_int_eq(judge("d1d2d"), VERDICT_REDELIVERED);
    ck_assert_int_eq(judge("d1db1d"), VERDICT_REDELIVERED);
    ck_assert_int_eq(judge("d+d"), VERDICT_REREAD);
    ck_assert_int_eq(judge("d1d+d"), VERDICT_REDELIVERED);
    ck_assert_int_eq(judge("-+d"), VERDICT_GOT);
    ck_assert_int_eq(judge("r"), VERDICT_POSSIBLY_TWICE);
    ck_assert_int_eq(judge("rb1d"), VERDICT_POSSIBLY_TWICE);
    /* It came once after all. */
    ck_assert_int_eq(judge("-b1d"), VERDICT_GOT);
    ck_assert_int_eq(judge("x1d"), VERDICT_GOT);
    ck_assert_int_eq(judge("d1pb1p"), VERDICT_GOT);
}
END_TEST

START_TEST(a_dead_letter_that_was_sent_makes_up_for_where_it_came_from)
{
    ck_assert_int_eq(judge("xm1d"), VERDICT_GOT);
    ck_assert_int_eq(judge("-m1d"), VERDICT_GOT);
    ck_assert_int_eq(judge("xm1db1d"), VERDICT_BACKFILLED);
    /* The letter is that of the back-fill, or of what came after the rewind. */
    ck_assert_int_ne(judge("db1xm1d"), VERDICT_TWICE);
    ck_assert_int_ne(judge("d1xm1d"), VERDICT_TWICE);
    ck_assert_int_eq(judge("db1xm1dm2d"), VERDICT_TWICE);
}
END_TEST

START_TEST(what_was_not_got_is_told_by_what_matters_most)
{
    ck_assert_int_eq(judge("-p"), VERDICT_PENDING);
    ck_assert_int_eq(judge("-x"), VERDICT_DEAD);
    ck_assert_int_eq(judge("-u"), VERDICT_UNWANTED);
    ck_assert_int_eq(judge("<-"), VERDICT_NEVER);
    ck_assert_int_eq(judge("<"), VERDICT_BEFORE);
    ck_assert_int_eq(judge(""), VERDICT_UNKNOWN);
}
END_TEST

CHECK_MAIN("verdict", a_second_delivery_that_nobody_asked_for_is_a_fault,
    one_that_was_asked_for_is_told_with_its_reason,
    a_dead_letter_that_was_sent_makes_up_for_where_it_came_from,
    what_was_not_got_is_told_by_what_matters_most)
