/*
 * The files of the status page, from this folder, as the build put them into the program
 * (cmake/embed.cmake).
 */
#pragma once

#include "base/slice.h"

extern const struct slice page_html, page_css, page_js;
